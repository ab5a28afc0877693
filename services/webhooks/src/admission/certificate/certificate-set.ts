import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** What the replicas share: who signs, and the certificate that all of them serve with. Everything is PEM. */
export interface CertificateSet {
  /** Certificates of authorities that callers are to trust, the one that signs first. */
  readonly authorities: readonly string[];
  /** Key of the first authority. */
  readonly authorityKey: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * What is due.
 * - `issue-all`: there is nothing that could be used
 * - `renew-authority`: the authority signs for a year more at most; the new one signs once callers trust it
 * - `renew-certificate`: the certificate expires soon, has the wrong names, or is signed by a former authority
 */
export type CertificateStep = 'keep' | 'issue-all' | 'renew-authority' | 'renew-certificate';

const DAY_MS = 86_400_000;

/** An authority is for one cluster and one webhook; nobody else trusts it. */
export const AUTHORITY_LIFETIME_MS = 3650 * DAY_MS;
/** Much longer than a certificate lives, so that none outlives the authority that signed it. */
const RENEW_AUTHORITY_MS = 365 * DAY_MS;

export const CERTIFICATE_LIFETIME_MS = 90 * DAY_MS;
/** A third of the lifetime: a month in which somebody can notice that renewing does not work. */
const RENEW_CERTIFICATE_MS = 30 * DAY_MS;

/**
 * Decides what is due next, one step at a time: between a new authority and the first certificate that it signs, callers must
 * have learnt to trust it.
 *
 * @param facts.names host names and addresses by which API servers call us
 * @param facts.isTrusted whether callers trust the first authority already
 */
export function nextCertificateStep(
  set: CertificateSet | undefined,
  facts: { readonly names: readonly string[]; readonly isTrusted: boolean; readonly nowMs: number },
): CertificateStep {
  const parsed = set && parse(set);
  if (parsed === undefined) return 'issue-all';
  const { authority, certificate } = parsed;
  const left = (until: X509Certificate) => until.validToDate.getTime() - facts.nowMs;
  if (left(authority) <= 0) return 'issue-all';
  if (left(authority) < RENEW_AUTHORITY_MS) return 'renew-authority';
  const isOurs = certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  if (!isOurs) return facts.isTrusted ? 'renew-certificate' : 'keep';
  const fits = facts.names.every((name) => isNamed(certificate, name));
  return !fits || left(certificate) < RENEW_CERTIFICATE_MS ? 'renew-certificate' : 'keep';
}

/** Those of the certificates that have not expired, in their order. */
export function unexpired(certificates: readonly string[], nowMs: number): readonly string[] {
  return certificates.filter((pem) => new X509Certificate(pem).validToDate.getTime() > nowMs);
}

/** Cuts a PEM file into its certificates. */
export function splitCertificates(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** Undefined when a part is missing or damaged, or a key does not belong to its certificate. */
function parse(set: CertificateSet): { authority: X509Certificate; certificate: X509Certificate } | undefined {
  try {
    const [authority] = set.authorities.map((pem) => new X509Certificate(pem));
    const certificate = new X509Certificate(set.certificate);
    const fits =
      authority?.checkPrivateKey(createPrivateKey(set.authorityKey)) &&
      certificate.checkPrivateKey(createPrivateKey(set.key));
    return authority !== undefined && fits ? { authority, certificate } : undefined;
  } catch {
    return undefined;
  }
}

function isNamed(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

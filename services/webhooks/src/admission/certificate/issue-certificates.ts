import './reflect-metadata.ts';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import {
  AUTHORITY_LIFETIME_MS,
  CERTIFICATE_LIFETIME_MS,
  type CertificateSet,
  type CertificateStep,
  unexpired,
} from './certificate-set.ts';

/** A certificate and its key (PKCS#8), as PEM. */
interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Certificates begin an hour ago: the clocks of API servers and pods differ by less. */
const BACKDATED_MS = 3_600_000;

interface IssueFacts {
  readonly names: readonly string[];
  readonly nowMs: number;
}

/** The set after a step: new keys and certificates where they are due, the rest as it was. */
export async function takeStep(
  step: Exclude<CertificateStep, 'keep'>,
  set: CertificateSet | undefined,
  facts: IssueFacts,
): Promise<CertificateSet> {
  if (set === undefined || step === 'issue-all') {
    const authority = await issueAuthority(facts.nowMs);
    const { certificate, key } = await issueServing(authority, facts);
    return { authorities: [authority.certificate], authorityKey: authority.key, certificate, key };
  }
  const former = unexpired(set.authorities, facts.nowMs);
  if (step === 'renew-authority') {
    const authority = await issueAuthority(facts.nowMs);
    return { ...set, authorities: [authority.certificate, ...former], authorityKey: authority.key };
  }
  const authority = { certificate: set.authorities[0] ?? '', key: set.authorityKey };
  return { ...set, authorities: former, ...(await issueServing(authority, facts)) };
}

async function issueAuthority(nowMs: number): Promise<PemPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(nowMs, AUTHORITY_LIFETIME_MS),
    serialNumber: serialNumber(),
    name: [{ CN: ['tagstream admission authority'] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return toPem(certificate, keys.privateKey);
}

async function issueServing(authority: PemPair, { names, nowMs }: IssueFacts): Promise<PemPair> {
  const keys = await generateKeys();
  const issuer = new X509Certificate(authority.certificate);
  const certificate = await X509CertificateGenerator.create({
    ...validity(nowMs, CERTIFICATE_LIFETIME_MS),
    serialNumber: serialNumber(),
    // A common name has at most 64 characters, a host name more: the names below are what counts.
    subject: [{ CN: ['tagstream admission'] }],
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      // Authorities that follow each other have the same name: the key tells which one signed.
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return toPem(certificate, keys.privateKey);
}

function validity(nowMs: number, lifetimeMs: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(nowMs - BACKDATED_MS), notAfter: new Date(nowMs + lifetimeMs) };
}

/** 16 random bytes, the first from 0x40 to 0x7f: positive and without a leading zero (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}

async function toPem(certificate: X509Certificate, key: webcrypto.CryptoKey): Promise<PemPair> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return { certificate: certificate.toString('pem'), key: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

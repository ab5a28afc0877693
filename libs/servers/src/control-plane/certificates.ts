import './reflect-metadata.ts';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate with its private key, as PEM (PKCS#8). */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority that lives as long as this object. */
export interface Authority {
  readonly pem: PemPair;
  /** A certificate for a server: names and addresses it is reached by. */
  issueServer(commonName: string, names: readonly JsonGeneralName[]): Promise<PemPair>;
  /** A certificate for a client; to Kubernetes the common name is the user, the organisation a group. */
  issueClient(commonName: string, organisation?: string): Promise<PemPair>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;
/** Longer than any directory of a local stack is kept. */
const VALID_MS = 10 * 365 * 24 * HOUR_MS;

/** Makes a self-signed authority and the function that issues from it. */
export async function makeAuthority(commonName: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: serialNumber(),
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
    ],
  });
  const issue = (subject: Subject, usage: ExtendedKeyUsage, names: readonly JsonGeneralName[]): Promise<PemPair> =>
    issueFrom(certificate, keys.privateKey, subject, usage, names);
  return {
    pem: await toPem(certificate, keys.privateKey),
    issueServer: (name, names) => issue({ CN: [name] }, ExtendedKeyUsage.serverAuth, names),
    issueClient: (name, organisation) =>
      issue({ CN: [name], ...(organisation ? { O: [organisation] } : {}) }, ExtendedKeyUsage.clientAuth, []),
  };
}

/** A key pair as PEM: PKCS#8 and SPKI. */
export async function makeKeyPair(): Promise<{ readonly privateKey: string; readonly publicKey: string }> {
  const keys = await generateKeys();
  const spki = await webcrypto.subtle.exportKey('spki', keys.publicKey);
  return { privateKey: await privatePem(keys.privateKey), publicKey: PemConverter.encode(spki, 'PUBLIC KEY') };
}

type Subject = { readonly CN: string[]; readonly O?: string[] };

async function issueFrom(
  issuer: X509Certificate,
  signingKey: webcrypto.CryptoKey,
  subject: Subject,
  usage: ExtendedKeyUsage,
  names: readonly JsonGeneralName[],
): Promise<PemPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    ...validity(),
    serialNumber: serialNumber(),
    subject: [subject],
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([usage]),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension([...names])] : []),
    ],
  });
  return toPem(certificate, keys.privateKey);
}

/** Begins an hour ago: clocks of containers and their host differ by less. */
function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - HOUR_MS), notAfter: new Date(now + VALID_MS) };
}

/** 16 random bytes, the first below 0x80 so that the number is positive and has no leading zero (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function toPem(certificate: X509Certificate, key: webcrypto.CryptoKey): Promise<PemPair> {
  return { certificate: certificate.toString('pem'), key: await privatePem(key) };
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

import { createHash } from 'node:crypto';
import { RegistryError } from './errors.ts';
import type { ManifestKind } from './media-types.ts';

/** Digest of bytes, `sha256:…` unless another registered algorithm is named. */
export function digestOf(bytes: Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** True when the bytes have the digest; the digest's own algorithm is used. */
export function matchesDigest(bytes: Uint8Array, digest: string): boolean {
  return digestOf(bytes, digest.slice(0, digest.indexOf(':'))) === digest;
}

/**
 * The bytes that the digest of a manifest is made of. For all formats but one these are the bytes that were sent. A signed
 * schema 1 manifest carries its signatures inside: the digest is that of the document before signing, which a signature's
 * protected header describes as the first `formatLength` bytes followed by `formatTail`.
 *
 * @throws {RegistryError} `invalid` when a schema 1 manifest is signed in a way that cannot be undone.
 */
export function digestedBytes(body: Uint8Array, kind: ManifestKind | undefined): Uint8Array {
  if (kind !== 'schema1') return body;
  try {
    const { signatures } = JSON.parse(Buffer.from(body).toString('utf8'));
    if (signatures === undefined) return body;
    const header = JSON.parse(Buffer.from(String(signatures[0].protected), 'base64url').toString('utf8'));
    const length = Number(header.formatLength);
    if (!Number.isInteger(length) || length < 0 || length > body.length) throw new TypeError('formatLength');
    return Buffer.concat([body.subarray(0, length), Buffer.from(String(header.formatTail), 'base64url')]);
  } catch (cause) {
    throw new RegistryError('invalid', 'The schema 1 manifest has no readable signature.', { cause });
  }
}

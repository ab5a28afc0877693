import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Secrets } from '../secrets.ts';
import type { Proof } from '../sender.ts';

export type HmacAlgorithm = 'sha256' | 'sha1';

/** A header that can carry a signature, lower case, and what stands before the hex digits. */
export interface SignatureHeader {
  readonly header: string;
  readonly prefix: string;
}

/**
 * The proof of senders that sign the body with a shared secret.
 * @param carriers in order of preference; the first that a request has decides alone, so that a second one cannot rescue a
 *   wrong signature.
 */
export function hmacSignature(
  algorithm: HmacAlgorithm,
  carriers: readonly [SignatureHeader, ...SignatureHeader[]],
): Proof {
  const [first] = carriers;
  return {
    verify: ({ body, headers, secrets }) => {
      const carrier = carriers.find(({ header }) => headers[header] !== undefined);
      if (carrier === undefined) return null;
      const given = signatureIn(headers, carrier);
      return given !== null && isSignedBy(algorithm, secrets, [body], given) ? 'hmac' : null;
    },
    sign: (secret, body) => ({
      headers: { [first.header]: `${first.prefix}${hmac(algorithm, secret, [body]).toString('hex')}` },
    }),
  };
}

/** The signature that a header carries; null when it does not carry one in that form. */
export function signatureIn(headers: IncomingHttpHeaders, { header, prefix }: SignatureHeader): Buffer | null {
  const value = headers[header];
  if (typeof value !== 'string' || !value.startsWith(prefix)) return null;
  const hex = value.slice(prefix.length);
  return /^(?:[0-9a-f]{2})+$/i.test(hex) ? Buffer.from(hex, 'hex') : null;
}

/** Whether one of the secrets made this signature over the parts; compares in constant time. */
export function isSignedBy(
  algorithm: HmacAlgorithm,
  secrets: Secrets,
  parts: readonly (string | Buffer)[],
  given: Buffer,
): boolean {
  return secrets.some((secret) => {
    const expected = hmac(algorithm, secret, parts);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** HMAC over the parts, one after the other. */
export function hmac(algorithm: HmacAlgorithm, secret: string, parts: readonly (string | Buffer)[]): Buffer {
  const mac = createHmac(algorithm, secret);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

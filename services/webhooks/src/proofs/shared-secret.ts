import type { IncomingHttpHeaders } from 'node:http';
import type { Evidence, Proof, Verified } from '../sender.ts';

/** The proof of senders that can send a header of their own: the secret as bearer token. */
export const headerSecret: Proof = {
  verify: verifySharedSecret,
  sign: (secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
};

/** The proof of senders that can be given a URL and nothing else: the secret is the last part of the path. */
export const pathSecret: Proof = {
  verify: verifySharedSecret,
  sign: (secret) => ({ pathToken: secret }),
};

/**
 * The check for senders that can only send a fixed value: in the `Authorization` header, or as the last part of the path
 * for those that cannot send headers. In the header the secret is the whole value, what follows the scheme
 * (`Bearer <secret>`), or the password of `Basic` credentials.
 */
export function verifySharedSecret({ headers, pathToken, secrets }: Evidence): Verified | null {
  const candidates = [...candidatesOf(headers.authorization), ...(pathToken === undefined ? [] : [pathToken])];
  return candidates.reduce((found, candidate) => secrets.matches(candidate) || found, false) ? 'token' : null;
}

/** What follows `Bearer ` in the `Authorization` header. */
export function bearerToken(headers: IncomingHttpHeaders): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

function candidatesOf(authorization: string | undefined): readonly string[] {
  if (authorization === undefined || authorization === '') return [];
  const space = authorization.indexOf(' ');
  if (space <= 0) return [authorization];
  const scheme = authorization.slice(0, space);
  const credentials = authorization.slice(space).trim();
  if (scheme.toLowerCase() !== 'basic') return [authorization, credentials];
  const userAndPassword = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = userAndPassword.indexOf(':');
  return [authorization, credentials, userAndPassword, ...(colon < 0 ? [] : [userAndPassword.slice(colon + 1)])];
}

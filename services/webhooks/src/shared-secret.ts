import type { Evidence, Verified } from './sender.ts';

/**
 * The check for senders that can only send a fixed value: in the `Authorization` header, or as the last part of the path
 * for those that cannot send headers. In the header the secret is the whole value, what follows the scheme
 * (`Bearer <secret>`), or the password of `Basic` credentials.
 */
export function verifySharedSecret({ headers, pathToken, secrets }: Evidence): Verified | null {
  const candidates = [...candidatesOf(headers.authorization), ...(pathToken === undefined ? [] : [pathToken])];
  return candidates.reduce((found, candidate) => secrets.matches(candidate) || found, false) ? 'token' : null;
}

function candidatesOf(authorization: string | undefined): readonly string[] {
  if (authorization === undefined || authorization === '') return [];
  const [, scheme, credentials] = /^(\S+) +(\S.*)$/.exec(authorization) ?? [];
  if (scheme === undefined || credentials === undefined) return [authorization];
  if (scheme.toLowerCase() !== 'basic') return [authorization, credentials];
  const userAndPassword = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = userAndPassword.indexOf(':');
  return [authorization, credentials, userAndPassword, ...(colon < 0 ? [] : [userAndPassword.slice(colon + 1)])];
}

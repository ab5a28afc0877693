import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { matcherOf } from '../patterns.ts';
import type { Verified } from '../sender.ts';
import { ProofError } from './proof-error.ts';

/** Whose tokens count. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer's keys are. */
  readonly keys: URL;
  /** Claims that a token must have, each with one of the values; `*` and `**` as in repository patterns. */
  readonly claims: Readonly<Record<string, string | boolean | readonly string[]>>;
}

/** Signatures with a public key only: with a shared one (HS256) somebody could sign with the published key. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** How far the issuer's clock may be away from ours. */
const CLOCK_TOLERANCE_S = 30;

/** Below the 2 s and more that senders wait for their answer. */
const FETCH_TIMEOUT_MS = 1_500;

/** How long keys are used before they are fetched again, and how often at most an unknown key id makes us look. */
const KEYS_AGE_MS = 10 * 60 * 1000;
const KEYS_COOLDOWN_MS = 30_000;

/** No issuer's token is this long; Node takes 16 KiB of headers in all. */
const MAX_TOKEN_LENGTH = 8192;

const GOOGLE = 'https://accounts.google.com';

/** Errors of jose that say something about the keys' server and nothing about the token. */
const KEY_ERRORS: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

/**
 * Makes the check of OIDC tokens: signature by the issuer's published keys, issuer, audience, expiry and claims. Where the keys
 * are is configuration; nothing in a token decides it.
 * @returns `oidc` for a good token, null for any other or none.
 * @throws ProofError from the check, when the keys cannot be fetched.
 */
export function createTokenCheck(rules: TokenRules): (token: string | undefined) => Promise<Verified | null> {
  const { issuer, audience, claims } = rules;
  const keys = createRemoteJWKSet(rules.keys, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: KEYS_AGE_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
  });
  const matches = claimMatcher(issuer, claims);
  return async (token) => {
    if (token === undefined || token.length > MAX_TOKEN_LENGTH) return null;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp'],
      });
      return matches(payload) ? 'oidc' : null;
    } catch (error) {
      if (error instanceof errors.JOSEError && !KEY_ERRORS.has(error.code)) return null;
      throw new ProofError(`The keys of ${issuer} could not be fetched; the sender is told to come back.`, {
        cause: error,
      });
    }
  };
}

function claimMatcher(issuer: string, claims: TokenRules['claims']): (payload: JWTPayload) => boolean {
  const rules = Object.entries(claims).map(([name, wanted]) => {
    const matches = matcherOf([wanted].flat().map(String));
    return (payload: JWTPayload) => {
      const value = payload[name];
      return (typeof value === 'string' || typeof value === 'boolean') && matches(String(value));
    };
  });
  // Google: an address that its owner has not confirmed proves nothing.
  const isTrusted = (payload: JWTPayload) => issuer !== GOOGLE || payload.email_verified === true;
  return (payload) => isTrusted(payload) && rules.every((rule) => rule(payload));
}

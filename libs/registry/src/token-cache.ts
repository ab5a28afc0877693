import { ExpiringMap } from './expiring-map.ts';
import { type Token, type TokenRequest, tokenKey } from './token-service.ts';
import type { Clock } from './types.ts';

/** Tokens kept: one for each repository and credential; at some kilobytes each these are some ten megabytes. */
const MAX_TOKENS = 5000;

/** A token is replaced after this share of its lifetime, so that it does not run out on its way. */
const USED_SHARE_OF_LIFETIME = 0.8;

/** Keeps bearer tokens and makes sure that a token which many want at once is asked for once. */
export class TokenCache {
  readonly #tokens: ExpiringMap<string>;
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(clock: Clock) {
    this.#tokens = new ExpiringMap(clock, MAX_TOKENS);
  }

  /** The kept token, or one fetched now. A failed fetch is not kept; all who wait for it get its error. */
  get(request: TokenRequest, fetchToken: () => Promise<Token>): Promise<string> {
    const key = tokenKey(request);
    const kept = this.#tokens.get(key);
    if (kept !== undefined) return Promise.resolve(kept);
    const waiting = this.#underWay.get(key);
    if (waiting !== undefined) return waiting;
    const fetching = fetchToken()
      .then(({ token, lifetimeMs }) => {
        this.#tokens.set(key, token, lifetimeMs * USED_SHARE_OF_LIFETIME);
        return token;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, fetching);
    return fetching;
  }

  /** Drops a token that a registry refused, unless it has been replaced already. */
  forget(request: TokenRequest, token: string): void {
    const key = tokenKey(request);
    if (this.#tokens.get(key) === token) this.#tokens.delete(key);
  }
}

import { RegistryError, type RegistryErrorCode } from './errors.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { Clock } from './types.ts';

/** Insecure registries whose scheme is remembered. */
const MAX_REMEMBERED = 1000;

/** Then HTTPS is tried again first, in case the registry has learnt it. */
const REMEMBERED_MS = 5 * 60 * 1000;

/** Failures of HTTPS after which HTTP is worth a try: nobody there answers it. */
const NOT_HTTPS: ReadonlySet<RegistryErrorCode> = new Set(['plain_http', 'tls', 'unavailable', 'timeout']);

/**
 * Chooses between HTTPS and HTTP. A registry is asked by HTTPS; only one that may be insecure is asked by HTTP when it
 * does not answer that (OpenShift: what `importPolicy.insecure` of a tag allows). An answer of any status is an answer.
 */
export class Schemes {
  readonly #plain: ExpiringMap<true>;

  constructor(clock: Clock) {
    this.#plain = new ExpiringMap(clock, MAX_REMEMBERED);
  }

  /**
   * Runs an attempt by the scheme to use. `attempt` calls `answered` as soon as the registry has answered anything; an
   * error after that is the result and no reason to try the other scheme.
   */
  async run<T>(
    host: string,
    insecure: boolean,
    attempt: (scheme: 'https' | 'http', answered: () => void) => Promise<T>,
  ): Promise<T> {
    if (!insecure) return attempt('https', () => {});
    if (this.#plain.get(host)) {
      return this.#runPlain(host, attempt);
    }
    let hasAnswered = false;
    try {
      return await attempt('https', () => {
        hasAnswered = true;
      });
    } catch (error) {
      if (hasAnswered || !(error instanceof RegistryError) || !NOT_HTTPS.has(error.code)) throw error;
      return this.#runPlain(host, attempt);
    }
  }

  async #runPlain<T>(host: string, attempt: (scheme: 'http', answered: () => void) => Promise<T>): Promise<T> {
    let hasAnswered = false;
    try {
      return await attempt('http', () => {
        hasAnswered = true;
      });
    } finally {
      if (hasAnswered) this.#plain.set(host, true, REMEMBERED_MS);
      else this.#plain.delete(host);
    }
  }
}

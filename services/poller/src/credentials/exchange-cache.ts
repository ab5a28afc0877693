import { isDeepStrictEqual } from 'node:util';
import type { Credential } from '@tagstream/registry';
import type { Clock } from '@tagstream/service';

/** A credential that somebody gave out for a while. */
export interface Exchanged {
  readonly credential: Credential;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** Keeps what was exchanged, and makes sure that what many want at once is exchanged once. */
export interface ExchangeCache {
  /**
   * The kept credential, or one exchanged now. A failure is kept for a while too: all who ask meanwhile get it at once.
   * @param refused a credential that a registry does not take: it is not answered again.
   */
  get(key: string, exchange: () => Promise<Exchanged>, refused?: Credential): Promise<Credential>;
}

/** A credential is replaced after this share of its lifetime, so that it does not run out on its way. */
const USED_SHARE_OF_LIFETIME = 0.8;

/** A credential is used at least so long: one that is given out at the end of its life must not be asked for at every turn. */
const MIN_USE_MS = 10_000;

/** Asking for an identity where there is none takes seconds, and it does not come by itself. */
const FAILURE_KEPT_MS = 60_000;

interface Entry {
  readonly outcome: Promise<Credential>;
  /** Infinity while the exchange is under way. */
  usedUntilMs: number;
  credential?: Credential;
}

/** An empty cache. Its keys are few: one for each cloud and region or registry. */
export function createExchangeCache(clock: Pick<Clock, 'now'>): ExchangeCache {
  const entries = new Map<string, Entry>();

  function start(key: string, exchange: () => Promise<Exchanged>): Entry {
    const startedMs = clock.now();
    const exchanging = exchange();
    const entry: Entry = {
      outcome: exchanging.then(({ credential }) => credential),
      usedUntilMs: Number.POSITIVE_INFINITY,
    };
    entries.set(key, entry);
    exchanging.then(
      ({ credential, expiresAtMs }) => {
        const useMs = (expiresAtMs - startedMs) * USED_SHARE_OF_LIFETIME;
        entry.credential = credential;
        entry.usedUntilMs = startedMs + Math.max(useMs, MIN_USE_MS);
      },
      () => {
        entry.usedUntilMs = clock.now() + FAILURE_KEPT_MS;
      },
    );
    return entry;
  }

  return {
    get(key, exchange, refused) {
      const known = entries.get(key);
      const isRefused = refused !== undefined && isDeepStrictEqual(known?.credential, refused);
      if (known !== undefined && known.usedUntilMs > clock.now() && !isRefused) return known.outcome;
      return start(key, exchange).outcome;
    },
  };
}

/** Growing waits: the first is `minMs`, each next one `factor` times longer, none longer than `maxMs`. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  readonly factor: number;
}

/** Share of a wait that is random, so that replicas which failed together do not come back together. */
const JITTER = 0.2;

/**
 * How long to wait after the n-th failure in a row.
 * @param failures 1 after the first failure.
 * @param random a number in [0, 1).
 */
export function backoffMs(backoff: Backoff, failures: number, random: number): number {
  const full = Math.min(backoff.maxMs, backoff.minMs * backoff.factor ** Math.max(0, failures - 1));
  return Math.round(full * (1 - JITTER * random));
}

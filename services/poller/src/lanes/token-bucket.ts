/** Lets so many things a second happen on average, and at most one second's worth at once. */
export interface TokenBucket {
  /** How long until the next thing may happen; 0 for now. */
  waitMs(nowMs: number): number;
  /** Counts one thing. */
  take(nowMs: number): void;
  /** Changes the rate from now on. */
  setRate(ratePerSecond: number, nowMs: number): void;
}

/** A full bucket. */
export function tokenBucket(ratePerSecond: number, nowMs: number): TokenBucket {
  let rate = ratePerSecond;
  let tokens = capacity(rate);
  let atMs = nowMs;

  function refill(now: number): void {
    // A clock that was set back gives nothing and takes nothing.
    tokens = Math.min(capacity(rate), tokens + (Math.max(0, now - atMs) * rate) / 1000);
    atMs = now;
  }

  return {
    waitMs(now) {
      refill(now);
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1000) / rate);
    },
    take(now) {
      refill(now);
      tokens -= 1;
    },
    setRate(next, now) {
      refill(now);
      rate = next;
      tokens = Math.min(tokens, capacity(rate));
    },
  };
}

/** What may happen at once. Slow rates too must reach one. */
function capacity(ratePerSecond: number): number {
  return Math.max(1, ratePerSecond);
}

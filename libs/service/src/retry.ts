import { type Clock, systemClock } from './clock.ts';

/** How often and how patiently something is tried. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Wait after the first failure. */
  readonly minMs: number;
  /** No wait is longer. */
  readonly maxMs: number;
  /** Each wait is so many times the one before. */
  readonly factor: number;
}

/** What the caller of {@link withRetry} can bring. */
export interface RetryOptions {
  /** Ends the waiting; the call then rejects with the last error. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** A number in [0, 1). */
  readonly random?: () => number;
  readonly onRetry?: (about: { readonly error: unknown; readonly attempt: number; readonly waitMs: number }) => void;
}

/** Share of a wait that is random, so that replicas which failed together do not come back together. */
const JITTER = 0.2;

/**
 * How long to wait after the n-th failure in a row.
 * @param failures 1 after the first failure.
 * @param random a number in [0, 1): takes off up to a fifth.
 */
export function backoffMs(policy: Omit<RetryPolicy, 'attempts'>, failures: number, random: number): number {
  const full = Math.min(policy.maxMs, policy.minMs * policy.factor ** Math.max(0, failures - 1));
  return Math.round(full * (1 - JITTER * random));
}

/**
 * Calls `fn` until it succeeds. An error with `retryable: false` is final; one with `retryAfterMs` is waited for as
 * long as it asks, unless that is longer than the policy's `maxMs`: then it is final too, and the caller has to plan a
 * later try.
 * @param fn gets the number of the attempt, 1 for the first.
 * @throws whatever the last attempt threw.
 */
export async function withRetry<T>(
  policy: RetryPolicy,
  fn: (attempt: number) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { signal, clock = systemClock, random = Math.random } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await fn(attempt);
    } catch (error) {
      const waitMs = retryAfterMs(error) ?? backoffMs(policy, attempt, random());
      const final = attempt >= policy.attempts || isFinal(error) || waitMs > policy.maxMs || signal?.aborted;
      if (final) throw error;
      options.onRetry?.({ error, attempt, waitMs });
      if (!(await waited(clock, waitMs, signal))) throw error;
    }
  }
}

/** Whether an error says of itself that trying again cannot help. */
export function isFinal(error: unknown): boolean {
  return (error as { retryable?: unknown } | null | undefined)?.retryable === false;
}

/** How long an error asks to wait, if it does. */
export function retryAfterMs(error: unknown): number | undefined {
  const wanted = (error as { retryAfterMs?: unknown } | null | undefined)?.retryAfterMs;
  return typeof wanted === 'number' && wanted >= 0 ? wanted : undefined;
}

async function waited(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch {
    return false;
  }
}

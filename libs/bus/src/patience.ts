import { type Backoff, backoffMs } from './backoff.ts';
import { BusError } from './bus-error.ts';
import type { BusClock } from './clock.ts';
import type { Connection } from './connection.ts';

/** What repeating needs from outside. */
export interface Surroundings {
  readonly connection: Connection;
  readonly clock: BusClock;
  readonly random: () => number;
}

/** Waits between the tries of a request; a lost connection is waited for, not probed. */
const BETWEEN_TRIES: Backoff = { minMs: 100, maxMs: 2000, factor: 2 };

/**
 * Sends a request until it succeeds, fails for good, or the time is over. Between tries it waits for the connection.
 * @throws BusError the last failure; `closed` when the signal was aborted.
 */
export async function patiently<T>(
  { connection, clock, random }: Surroundings,
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  what: string,
  send: () => Promise<T>,
): Promise<T> {
  const deadline = clock.now() + limits.timeoutMs;
  const tooLate = new AbortController();
  const timer = clock.sleep(limits.timeoutMs, tooLate.signal).then(
    () => tooLate.abort(),
    () => undefined,
  );
  const signal = limits.signal ? AbortSignal.any([limits.signal, tooLate.signal]) : tooLate.signal;
  let failure: BusError | undefined;
  try {
    for (let failures = 1; ; failures++) {
      try {
        if (limits.signal?.aborted) throw stopped(what, failure);
        await connection.whenConnected(signal);
        return await connection.request(what, send);
      } catch (error) {
        if (limits.signal?.aborted) throw stopped(what, failure);
        if (tooLate.signal.aborted) throw failure ?? new BusError('unavailable', `${what}: not connected to NATS`);
        failure = error as BusError; // connection throws nothing else
        const waitMs = backoffMs(BETWEEN_TRIES, failures, random());
        if (!failure.retryable || clock.now() + waitMs >= deadline) throw failure;
        await clock.sleep(waitMs, signal).catch(() => undefined);
      }
    }
  } finally {
    tooLate.abort('over'); // a reason of its own saves making an error with a stack
    await timer;
  }
}

function stopped(what: string, cause: BusError | undefined): BusError {
  return new BusError('closed', `${what}: stopped before it succeeded`, { cause });
}

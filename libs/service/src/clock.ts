import { setTimeout as delay } from 'node:timers/promises';

/** The time, passed to whatever needs it so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The same instant in ISO 8601 with milliseconds. */
  iso(): string;
  /** Resolves after the time; rejects with an AbortError when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest time a Node timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  iso: () => new Date().toISOString(),
  sleep: async (ms, signal) => {
    let left = ms;
    do {
      await delay(Math.min(left, MAX_TIMER_MS), undefined, signal ? { signal } : {});
      left -= MAX_TIMER_MS;
    } while (left > 0);
  },
};

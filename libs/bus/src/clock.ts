import { setTimeout as delay } from 'node:timers/promises';

/** The time as this library sees it, so that tests can move it. */
export interface BusClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The same instant in ISO 8601. */
  iso(): string;
  /** Resolves after the time, rejects when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemBusClock: BusClock = {
  now: () => Date.now(),
  iso: () => new Date().toISOString(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
};

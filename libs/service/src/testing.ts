import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /**
   * Moves the time forward, waking sleepers in the order of their time and letting the code behind each of them run
   * before the next.
   */
  advance(ms: number): Promise<void>;
  /** How many sleeps are waiting. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** @param start first instant, ISO 8601. */
export function testClock(start = '2026-01-01T00:00:00.000Z'): TestClock {
  let now = Date.parse(start);
  const sleepers = new Set<Sleeper>();
  const next = () => [...sleepers].sort((a, b) => a.at - b.at)[0];

  return {
    now: () => now,
    iso: () => new Date(now).toISOString(),
    get sleeping() {
      return sleepers.size;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(abortError(signal));
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener(
          'abort',
          () => {
            sleepers.delete(sleeper);
            reject(abortError(signal));
          },
          { once: true },
        );
      }),
    async advance(ms) {
      const end = now + ms;
      await turn();
      for (let sleeper = next(); sleeper && sleeper.at <= end; sleeper = next()) {
        now = Math.max(now, sleeper.at);
        sleepers.delete(sleeper);
        sleeper.wake();
        await turn();
      }
      now = end;
      await turn();
    },
  };
}

function abortError(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { name: 'AbortError' });
}

import type { Clock } from '@tagstream/service';

/**
 * Remembers since when a Build is seen as cancelled. Whoever runs it ends it; when they are gone for good, somebody else must,
 * or the Builds behind it would wait for ever. A restart begins to count anew, which only means more patience.
 */
export class CancelClock {
  readonly #since = new Map<string, number>();
  readonly #clock: Clock;
  readonly #graceMs: number;

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  /** Milliseconds until the patience with a cancelled Build is over, 0 when it is. */
  leftMs(uid: string): number {
    const now = this.#clock.now();
    const since = this.#since.get(uid) ?? now;
    this.#since.set(uid, since);
    return Math.max(0, since + this.#graceMs - now);
  }

  /** The Build is over or gone. */
  forget(uid: string): void {
    this.#since.delete(uid);
  }
}

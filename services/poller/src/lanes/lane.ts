import type { Clock } from '@tagstream/service';
import { fifo } from './fifo.ts';
import { tokenBucket } from './token-bucket.ts';

/** What a lane may do: this replica's share of what its registry is asked. */
export interface LaneBudget {
  /** Runs at the same time. */
  readonly concurrency: number;
  /** Runs begun in a second, on average. */
  readonly ratePerSecond: number;
}

export interface LaneOptions<T> {
  readonly clock: Clock;
  readonly budget: LaneBudget;
  /** Works on an item; must not reject. The signal is aborted when the lane is disposed of. */
  readonly run: (item: T, signal: AbortSignal) => Promise<void>;
}

/**
 * The work for one registry. An item is in line at most once and never runs twice at the same time; one that is added while
 * it runs is run again. Urgent items overtake the others, but not all the time.
 */
export interface Lane<T> extends AsyncDisposable {
  add(item: T, urgent: boolean): void;
  /** Takes an item out of the line; one that runs goes on. */
  cancel(item: T): void;
  setBudget(budget: LaneBudget): void;
  /** Begins nothing until then. A pause is never shortened. */
  pauseUntil(atMs: number): void;
  readonly pausedUntilMs: number;
  /** Items in line or running. */
  readonly size: number;
}

/** After so many urgent items in a row one of the others has its turn. */
const URGENT_IN_A_ROW = 3;

type Place = 'routine' | 'urgent' | 'running' | 'again-routine' | 'again-urgent';

/** An idle lane. */
export function createLane<T>({ clock, budget: initial, run }: LaneOptions<T>): Lane<T> {
  const stop = new AbortController();
  const places = new Map<T, Place>();
  /** What was cancelled or made urgent is still in a queue, and passed over there. */
  const queues = { urgent: fifo<T>(), routine: fifo<T>() };
  const bucket = tokenBucket(initial.ratePerSecond, clock.now());
  let budget = initial;
  let running = 0;
  let urgentInARow = 0;
  let pausedUntilMs = 0;
  let wake: { readonly atMs: number; readonly timer: AbortController } | undefined;
  const idle = Promise.withResolvers<void>();

  function enqueue(item: T, place: 'urgent' | 'routine'): void {
    places.set(item, place);
    queues[place].push(item);
  }

  function takeFrom(place: 'urgent' | 'routine'): T | undefined {
    for (let item = queues[place].shift(); item !== undefined; item = queues[place].shift()) {
      if (places.get(item) === place) return item;
    }
    return undefined;
  }

  function takeNext(): T | undefined {
    const urgentFirst = urgentInARow < URGENT_IN_A_ROW;
    const item = takeFrom(urgentFirst ? 'urgent' : 'routine');
    if (item === undefined) urgentInARow = urgentFirst ? 0 : urgentInARow;
    else urgentInARow = urgentFirst ? urgentInARow + 1 : 0;
    return item ?? takeFrom(urgentFirst ? 'routine' : 'urgent');
  }

  function startRuns(): void {
    while (running < budget.concurrency && queues.urgent.size + queues.routine.size > 0) {
      if (stop.signal.aborted) break;
      const now = clock.now();
      const waitMs = Math.max(pausedUntilMs - now, bucket.waitMs(now));
      if (waitMs > 0) {
        wakeAt(now + waitMs);
        break;
      }
      const item = takeNext();
      if (item === undefined) break;
      bucket.take(now);
      void runOne(item);
    }
  }

  async function runOne(item: T): Promise<void> {
    places.set(item, 'running');
    running += 1;
    await run(item, stop.signal);
    running -= 1;
    const place = places.get(item);
    if (place === 'again-urgent') enqueue(item, 'urgent');
    else if (place === 'again-routine') enqueue(item, 'routine');
    else places.delete(item);
    startRuns();
    if (running === 0 && stop.signal.aborted) idle.resolve();
  }

  function wakeAt(atMs: number): void {
    if (wake !== undefined && wake.atMs <= atMs) return;
    wake?.timer.abort();
    const mine = { atMs, timer: new AbortController() };
    wake = mine;
    clock.sleep(Math.max(0, atMs - clock.now()), mine.timer.signal).then(
      () => {
        if (wake === mine) wake = undefined;
        startRuns();
      },
      () => undefined,
    );
  }

  return {
    add(item, urgent) {
      if (stop.signal.aborted) return;
      const place = places.get(item);
      if (place === undefined || (place === 'routine' && urgent)) enqueue(item, urgent ? 'urgent' : 'routine');
      else if (place === 'running') places.set(item, urgent ? 'again-urgent' : 'again-routine');
      else if (place === 'again-routine' && urgent) places.set(item, 'again-urgent');
      startRuns();
    },
    cancel(item) {
      const place = places.get(item);
      if (place === 'urgent' || place === 'routine') places.delete(item);
      else if (place !== undefined) places.set(item, 'running');
    },
    setBudget(next) {
      budget = next;
      bucket.setRate(next.ratePerSecond, clock.now());
      startRuns();
    },
    pauseUntil(atMs) {
      pausedUntilMs = Math.max(pausedUntilMs, atMs);
    },
    get pausedUntilMs() {
      return pausedUntilMs;
    },
    get size() {
      return places.size;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      wake?.timer.abort();
      if (running > 0) await idle.promise;
    },
  };
}

import type { Clock } from '@tagstream/service';
import { dueHeap, type Timed } from './due-heap.ts';

/** Calls back for each item at its time, with one timer for all of them. */
export interface Agenda<T extends Timed> extends Disposable {
  /** Puts an item on, or moves it to another time. */
  set(item: T, atMs: number): void;
  remove(item: T): void;
  readonly size: number;
}

/** @param onDue called when the time of an item has come; it is off the agenda then. */
export function createAgenda<T extends Timed>(clock: Clock, onDue: (item: T) => void): Agenda<T> {
  const heap = dueHeap<T>();
  let armedFor = Number.POSITIVE_INFINITY;
  let armed: AbortController | undefined;
  let disposed = false;

  function arm(): void {
    const atMs = heap.first()?.dueAtMs ?? Number.POSITIVE_INFINITY;
    if (atMs >= armedFor) return; // what the timer is set for may be gone by then, which costs one idle wake-up
    armed?.abort();
    armed = new AbortController();
    armedFor = atMs;
    clock.sleep(Math.max(0, atMs - clock.now()), armed.signal).then(wake, () => undefined);
  }

  function wake(): void {
    armedFor = Number.NEGATIVE_INFINITY; // what is put on meanwhile needs no timer yet
    const now = clock.now();
    for (let item = heap.first(); item !== undefined && item.dueAtMs <= now; item = heap.first()) {
      heap.remove(item);
      onDue(item);
    }
    if (disposed) return;
    armedFor = Number.POSITIVE_INFINITY;
    arm();
  }

  return {
    set(item, atMs) {
      heap.set(item, atMs);
      arm();
    },
    remove: (item) => heap.remove(item),
    get size() {
      return heap.size;
    },
    [Symbol.dispose]() {
      disposed = true;
      armed?.abort();
      armedFor = Number.NEGATIVE_INFINITY;
    },
  };
}

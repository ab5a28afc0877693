/** Something that waits for its key to be free. */
export interface Keyed {
  readonly key: string;
}

/**
 * Things that wait and things that are worked on: at most one of a key at a time, those of a key in the order in which
 * they came, and never more than `concurrency` in all.
 */
export interface Lanes<T extends Keyed> {
  add(item: T): void;
  /** The next thing to work on, now counted as running; undefined when nothing can be started. */
  start(): T | undefined;
  finish(item: T): void;
  /** Takes out everything that waits. */
  drain(): readonly T[];
  readonly waiting: number;
  readonly running: ReadonlySet<T>;
  /** Everything, waiting and running. */
  held(): readonly T[];
}

/** Empty lanes. The number of things held is bounded by the caller, so a scan is cheap. */
export function lanes<T extends Keyed>(concurrency: number): Lanes<T> {
  let waiting: T[] = [];
  const running = new Set<T>();
  const busy = new Set<string>();
  return {
    add: (item) => {
      waiting.push(item);
    },
    start() {
      if (running.size >= concurrency) return undefined;
      const index = waiting.findIndex((item) => !busy.has(item.key));
      const [item] = index < 0 ? [] : waiting.splice(index, 1);
      if (item === undefined) return undefined;
      running.add(item);
      busy.add(item.key);
      return item;
    },
    finish(item) {
      running.delete(item);
      busy.delete(item.key);
    },
    drain() {
      const drained = waiting;
      waiting = [];
      return drained;
    },
    get waiting() {
      return waiting.length;
    },
    running,
    held: () => [...running, ...waiting],
  };
}

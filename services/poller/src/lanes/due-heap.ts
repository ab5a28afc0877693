/** Something with a time at which it is due. The two fields belong to the heap that it is in. */
export interface Timed {
  dueAtMs: number;
  /** Where it is in the heap, -1 for nowhere. */
  heapIndex: number;
}

/** A binary heap whose items know their place, so that one can be moved or taken out without a search. */
export interface DueHeap<T extends Timed> {
  /** Puts an item in, or moves it to another time. */
  set(item: T, atMs: number): void;
  remove(item: T): void;
  /** The item that is due first. */
  first(): T | undefined;
  readonly size: number;
}

/** An empty heap. */
export function dueHeap<T extends Timed>(): DueHeap<T> {
  const items: T[] = [];

  function place(item: T, index: number): void {
    items[index] = item;
    item.heapIndex = index;
  }

  function rise(item: T): void {
    let index = item.heapIndex;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex]!;
      if (parent.dueAtMs <= item.dueAtMs) break;
      place(parent, index);
      index = parentIndex;
    }
    place(item, index);
  }

  function sink(item: T): void {
    let index = item.heapIndex;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= items.length) break;
      const right = left + 1;
      const isRight = right < items.length && items[right]!.dueAtMs < items[left]!.dueAtMs;
      const child = items[isRight ? right : left]!;
      if (child.dueAtMs >= item.dueAtMs) break;
      place(child, index);
      index = isRight ? right : left;
    }
    place(item, index);
  }

  function settle(item: T): void {
    rise(item);
    sink(item);
  }

  return {
    set(item, atMs) {
      item.dueAtMs = atMs;
      if (item.heapIndex < 0) place(item, items.length);
      settle(item);
    },
    remove(item) {
      if (item.heapIndex < 0) return;
      const index = item.heapIndex;
      const last = items.pop()!;
      item.heapIndex = -1;
      if (last === item) return;
      place(last, index);
      settle(last);
    },
    first: () => items[0],
    get size() {
      return items.length;
    },
  };
}

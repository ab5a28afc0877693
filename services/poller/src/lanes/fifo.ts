/** A queue that takes and gives in constant time, however long it is. */
export interface Fifo<T> {
  push(item: T): void;
  shift(): T | undefined;
  readonly size: number;
}

/** Room before the head that is given back at once; less is not worth moving the rest for. */
const MIN_COMPACTION = 1024;

/** An empty queue. */
export function fifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    push: (item) => void items.push(item),
    shift() {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head++] = undefined;
      if (head >= MIN_COMPACTION && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    get size() {
      return items.length - head;
    },
  };
}

/** Things that happen, waited for one by one and in order. */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  push(item: T): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#items.push(item);
    else waiter(item);
  }

  /** The next one, as soon as there is one. */
  async shift(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return item;
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** How many happened that nobody has asked for yet. */
  get size(): number {
    return this.#items.length;
  }
}

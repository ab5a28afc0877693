import { expect, test } from 'vitest';
import { fifo } from '../../src/lanes/fifo.ts';

test('gives back in the order of arrival, however many come and go', () => {
  const queue = fifo<number>();
  let next = 0;
  for (let i = 0; i < 10_000; i++) {
    queue.push(i);
    if (i % 3 !== 0) expect(queue.shift()).toBe(next++);
  }
  while (queue.size > 0) expect(queue.shift()).toBe(next++);
  expect(next).toBe(10_000);
  expect(queue.shift()).toBeUndefined();
});

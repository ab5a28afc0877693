import { expect, test } from 'vitest';
import { createStreamLock } from '../src/stream/stream-lock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('tasks of one key run one after the other, in the order in which they came', async () => {
  const lock = createStreamLock();
  const seen: string[] = [];
  const first = Promise.withResolvers<void>();
  const done = Promise.all([
    lock('a', async () => {
      seen.push('first starts');
      await first.promise;
      seen.push('first ends');
    }),
    lock('a', async () => {
      seen.push('second');
    }),
    lock('a', async () => {
      seen.push('third');
    }),
  ]);
  await turn();
  expect(seen).toEqual(['first starts']);
  first.resolve();
  await done;
  expect(seen).toEqual(['first starts', 'first ends', 'second', 'third']);
});

test('tasks of different keys run at once', async () => {
  const lock = createStreamLock();
  void lock('a', () => new Promise(() => undefined));
  expect(await lock('b', async () => 'b is done')).toBe('b is done');
});

test('a task that fails tells its caller only', async () => {
  const lock = createStreamLock();
  const failing = lock('a', async () => {
    throw new Error('failed');
  });
  const next = lock('a', async () => 'went on');
  await expect(failing).rejects.toThrow('failed');
  expect(await next).toBe('went on');
});

import { expect, test } from 'vitest';
import { createFairLimit } from '../src/workload/fair-limit.ts';

/** Starts tasks that end when told, and remembers the order of their starts. */
function tasks(concurrency: number) {
  const limit = createFairLimit(concurrency);
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    add: (lane: string, name: string) =>
      limit(lane, async () => {
        started.push(name);
        const end = Promise.withResolvers<void>();
        ends.set(name, end.resolve);
        await end.promise;
        return name;
      }),
    end: async (name: string) => {
      ends.get(name)?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('a quiet lane has its turn after one task of a busy one, whose own tasks stay in order', async () => {
  const { add, end, started } = tasks(1);
  for (const name of ['busy-1', 'busy-2', 'busy-3']) void add('busy', name);
  void add('quiet', 'quiet-1');
  void add('other', 'other-1');
  for (const name of ['busy-1', 'busy-2', 'quiet-1', 'other-1']) await end(name);
  expect(started).toEqual(['busy-1', 'busy-2', 'quiet-1', 'other-1', 'busy-3']);
});

test('no more tasks run at once than allowed', async () => {
  const { add, end, started } = tasks(2);
  for (const lane of ['a', 'b', 'c']) void add(lane, lane);
  expect(started).toEqual(['a', 'b']);
  await end('b');
  expect(started).toEqual(['a', 'b', 'c']);
});

test('the result and the failure of a task are its caller’s, and a failure holds up nothing', async () => {
  const limit = createFairLimit(1);
  const failed = limit('a', async () => {
    throw new Error('no');
  });
  const fine = limit('a', async () => 'fine');
  await expect(failed).rejects.toThrow('no');
  expect(await fine).toBe('fine');
});

import { expect, test } from 'vitest';
import { mapBounded } from '../src/map-bounded.ts';

test('results stand in the order of the items, however long each took', async () => {
  const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const;
  const mapped = mapBounded([0, 1], 2, (index) => (gates[index] as (typeof gates)[0]).promise);

  gates[1].resolve('second');
  gates[0].resolve('first');

  expect(await mapped).toEqual(['first', 'second']);
});

test('never more than the allowed number run at the same time', async () => {
  let running = 0;
  let most = 0;
  await mapBounded(Array.from({ length: 20 }), 3, async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
  });

  expect(most).toBe(3);
});

test('the earliest item that fails gives the error, even if a later one fails sooner, and nothing more is started', async () => {
  const slow = Promise.withResolvers<never>();
  const started: number[] = [];
  const mapped = mapBounded([0, 1, 2, 3], 2, async (index) => {
    started.push(index);
    if (index === 0) return slow.promise;
    throw new Error('second');
  });

  slow.reject(new Error('first'));

  await expect(mapped).rejects.toThrow('first');
  expect(started).toEqual([0, 1]);
});

test('nothing comes of nothing', async () => {
  expect(await mapBounded([], 4, async () => 1)).toEqual([]);
});

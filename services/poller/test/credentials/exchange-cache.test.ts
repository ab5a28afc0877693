import { testClock } from '@tagstream/service/testing';
import { describe, expect, test } from 'vitest';
import { createExchangeCache, type Exchanged } from '../../src/credentials/exchange-cache.ts';

const HOUR_MS = 3_600_000;

/** An exchange that counts, and gives out credentials that live for an hour. */
function counting(lifetimeMs = HOUR_MS) {
  const clock = testClock();
  const cache = createExchangeCache(clock);
  let count = 0;
  const exchange = async (): Promise<Exchanged> => ({
    credential: { username: 'u', password: `p${++count}` },
    expiresAtMs: clock.now() + lifetimeMs,
  });
  return { clock, cache, exchange, count: () => count };
}

describe('an exchanged credential', () => {
  test('is exchanged once however many want it at once', async () => {
    const { cache, exchange, count } = counting();
    const all = await Promise.all(Array.from({ length: 20 }, () => cache.get('k', exchange)));
    expect(new Set(all).size).toBe(1);
    expect(count()).toBe(1);
  });

  test.each([
    [0.79 * HOUR_MS, 'p1'],
    [0.81 * HOUR_MS, 'p2'],
  ])('is used for 80 %% of its life: after %d ms it is %s', async (afterMs, password) => {
    const { clock, cache, exchange } = counting();
    await cache.get('k', exchange);
    await clock.advance(afterMs);
    expect(await cache.get('k', exchange)).toEqual({ username: 'u', password });
  });

  test('at the end of its life is used for a moment all the same', async () => {
    const { clock, cache, exchange, count } = counting(-1);
    await cache.get('k', exchange);
    await clock.advance(9_000);
    await cache.get('k', exchange);
    expect(count()).toBe(1);
  });

  test('of another key is another one', async () => {
    const { cache, exchange } = counting();
    expect(await cache.get('a', exchange)).not.toEqual(await cache.get('b', exchange));
  });

  test('that was refused is replaced, once for all whom it was refused to', async () => {
    const { cache, exchange, count } = counting();
    const refused = await cache.get('k', exchange);
    const next = await Promise.all([cache.get('k', exchange, refused), cache.get('k', exchange)]);
    expect(next).toEqual([
      { username: 'u', password: 'p2' },
      { username: 'u', password: 'p2' },
    ]);
    expect(await cache.get('k', exchange, refused)).toEqual({ username: 'u', password: 'p2' });
    expect(count()).toBe(2);
  });

  test('that cannot be had is tried again after a minute, not at every turn', async () => {
    const { clock, cache, exchange } = counting();
    let failures = 0;
    const failing = async () => {
      failures++;
      throw new Error('nobody');
    };
    for (let turn = 0; turn < 5; turn++) await expect(cache.get('k', failing)).rejects.toThrow('nobody');
    expect(failures).toBe(1);
    await clock.advance(61_000);
    expect(await cache.get('k', exchange)).toEqual({ username: 'u', password: 'p1' });
  });
});

import { describe, expect, test } from 'vitest';
import { tokenBucket } from '../../src/lanes/token-bucket.ts';

/** How many things happen until an instant when each happens as early as it may. */
function countUntil(bucket: ReturnType<typeof tokenBucket>, endMs: number): number {
  let count = 0;
  for (let now = 0; ; count++) {
    now += bucket.waitMs(now);
    if (now > endMs) return count;
    bucket.take(now);
  }
}

describe('a rate', () => {
  test.each([1, 4, 50, 100])('of %i a second holds on average, after one second’s worth at once', (rate) => {
    expect(countUntil(tokenBucket(rate, 0), 10_000)).toBe(rate * 11);
  });

  test('below one a second lets one thing happen at once', () => {
    expect(countUntil(tokenBucket(0.5, 0), 10_000)).toBe(6);
  });

  test('that is lowered takes back what was saved up', () => {
    const bucket = tokenBucket(100, 0);
    bucket.setRate(2, 0);
    expect(countUntil(bucket, 1_000)).toBe(4);
  });

  test('is not exceeded by a clock that is set back', () => {
    const bucket = tokenBucket(1, 10_000);
    bucket.take(10_000);
    expect(bucket.waitMs(5_000)).toBe(1_000);
    expect(bucket.waitMs(6_000)).toBe(0);
  });
});

import { backoffMs, type RetryPolicy, withRetry } from '@tagstream/service';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, test } from 'vitest';

const policy: RetryPolicy = { attempts: 4, minMs: 100, maxMs: 1000, factor: 3 };
const random = () => 0;

test.each([
  ['the first failure waits the least', 1, 0, 100],
  ['each next failure waits a factor longer', 2, 0, 300],
  ['until the longest wait', 3, 0, 900],
  ['and never longer', 9, 0, 1000],
  ['the random part takes off up to a fifth', 1, 0.999, 80],
])('%s', (_, failures, chance, expected) => {
  expect(backoffMs(policy, failures, chance)).toBe(expected);
});

/** Fails so often, then succeeds; notes when it was called. */
function failing(times: number, clock: { now(): number }, error: unknown = new Error('away')) {
  const begin = clock.now();
  const calls: number[] = [];
  const fn = async (attempt: number) => {
    calls.push(clock.now() - begin);
    if (attempt <= times) throw error;
    return `attempt ${attempt}`;
  };
  return { fn, calls };
}

describe('withRetry', () => {
  test('returns what the first success returns, after growing waits', async () => {
    const clock = testClock();
    const { fn, calls } = failing(2, clock);
    const waits: number[] = [];

    const result = withRetry(policy, fn, { clock, random, onRetry: ({ waitMs }) => waits.push(waitMs) });
    await clock.advance(400);

    expect(await result).toBe('attempt 3');
    expect(calls).toEqual([0, 100, 400]);
    expect(waits).toEqual([100, 300]);
  });

  test('throws the last error when the attempts are used up', async () => {
    const clock = testClock();
    const { fn, calls } = failing(99, clock);
    const result = withRetry(policy, fn, { clock, random });
    const rejected = expect(result).rejects.toThrow('away');

    await clock.advance(10_000);

    await rejected;
    expect(calls).toHaveLength(4);
  });

  test('an error that says it is not retryable is final', async () => {
    const { fn, calls } = failing(1, testClock(), Object.assign(new Error('denied'), { retryable: false }));

    await expect(withRetry(policy, fn)).rejects.toThrow('denied');
    expect(calls).toHaveLength(1);
  });

  test('an error that asks for a wait gets it', async () => {
    const clock = testClock();
    const { fn, calls } = failing(1, clock, Object.assign(new Error('busy'), { retryAfterMs: 777 }));
    const result = withRetry(policy, fn, { clock, random });

    await clock.advance(777);

    expect(await result).toBe('attempt 2');
    expect(calls).toEqual([0, 777]);
  });

  test('an error that asks for more than the longest wait is final', async () => {
    const { fn, calls } = failing(1, testClock(), Object.assign(new Error('busy'), { retryAfterMs: 1001 }));

    await expect(withRetry(policy, fn)).rejects.toThrow('busy');
    expect(calls).toHaveLength(1);
  });

  test('an aborted signal ends the waiting with the last error', async () => {
    const clock = testClock();
    const stop = new AbortController();
    const { fn, calls } = failing(99, clock);
    const result = withRetry(policy, fn, { clock, random, signal: stop.signal });
    const rejected = expect(result).rejects.toThrow('away');
    await clock.advance(50);

    stop.abort();

    await rejected;
    expect(calls).toHaveLength(1);
    expect(clock.sleeping).toBe(0);
  });
});

import { type KeyedQueueOptions, keyedQueue, type RunFailure } from '@tagstream/service';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, test } from 'vitest';

/** A queue whose runs are ended by the test. */
function steered(options: Partial<KeyedQueueOptions> = {}) {
  const clock = testClock();
  const started: string[] = [];
  const failures: RunFailure[] = [];
  const open = new Map<string, PromiseWithResolvers<{ againAfterMs: number } | undefined>>();
  const queue = keyedQueue({
    concurrency: 2,
    run: (key) => {
      started.push(key);
      const run = Promise.withResolvers<{ againAfterMs: number } | undefined>();
      open.set(key, run);
      return run.promise;
    },
    retry: { minMs: 100, maxMs: 1000, factor: 10 },
    clock,
    random: () => 0,
    onError: (failure) => failures.push(failure),
    ...options,
  });
  return {
    queue,
    clock,
    started,
    failures,
    /** Ends the present run of a key and lets what follows from it happen. */
    async end(key: string, result?: { againAfterMs: number }) {
      open.get(key)!.resolve(result);
      await clock.advance(0);
    },
    async fail(key: string, error: unknown = new Error('broken')) {
      open.get(key)!.reject(error);
      await clock.advance(0);
    },
  };
}

describe('running', () => {
  test('no more keys run at the same time than the concurrency, in the order of their addition', async () => {
    const { queue, started, end } = steered();

    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    expect(started).toEqual(['a', 'b']);
    expect(queue.size).toBe(4);
    await end('b');

    expect(started).toEqual(['a', 'b', 'c']);
  });

  test('a key that is added several times before its turn runs once', async () => {
    const { queue, started, end } = steered({ concurrency: 1 });

    for (const key of ['a', 'b', 'b', 'b']) queue.add(key);
    await end('a');
    await end('b');

    expect(started).toEqual(['a', 'b']);
    await queue.idle();
  });

  test('a key that is added while it runs is run once more afterwards, never twice at a time', async () => {
    const { queue, started, end } = steered();

    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(started).toEqual(['a']);
    await end('a');

    expect(started).toEqual(['a', 'a']);
    await end('a');
    expect(started).toEqual(['a', 'a']);
  });

  test('a key that waits for its own run does not hold up others', async () => {
    const { queue, started } = steered();

    for (const key of ['a', 'a', 'b']) queue.add(key);

    expect(started).toEqual(['a', 'b']);
  });
});

describe('later', () => {
  test('a key is added when its time has come', async () => {
    const { queue, clock, started } = steered();

    queue.addAfter('a', 500);
    await clock.advance(499);
    expect(started).toEqual([]);
    expect(queue.size).toBe(0);
    await clock.advance(1);

    expect(started).toEqual(['a']);
  });

  test.each([
    ['the later first', [500, 200]],
    ['the earlier first', [200, 500]],
  ])('of two times the earlier counts: %s', async (_, times) => {
    const { queue, clock, started, end } = steered();

    for (const ms of times) queue.addAfter('a', ms);
    await clock.advance(200);
    expect(started).toEqual(['a']);
    await end('a');
    await clock.advance(1000);

    expect(started).toEqual(['a']);
  });

  test('a run asks to be run again after a time', async () => {
    const { queue, clock, started, end } = steered();

    queue.add('a');
    await end('a', { againAfterMs: 300 });
    await clock.advance(299);
    expect(started).toEqual(['a']);
    await clock.advance(1);

    expect(started).toEqual(['a', 'a']);
  });

  test('a run cancels the times that were set before it began, not those set while it runs', async () => {
    const { queue, clock, started, end } = steered();

    queue.addAfter('a', 300);
    queue.add('a');
    queue.addAfter('a', 600);
    await end('a');
    await clock.advance(599);
    expect(started).toEqual(['a']);
    await clock.advance(1);

    expect(started).toEqual(['a', 'a']);
  });
});

describe('failures', () => {
  test('are retried after growing waits that have an end, and are told', async () => {
    const { queue, clock, started, failures, fail } = steered();
    queue.add('a');
    for (const wait of [100, 1000, 1000]) {
      await fail('a');
      await clock.advance(wait);
    }

    expect(started).toHaveLength(4);
    expect(failures.map(({ key, failures: n, retryInMs }) => [key, n, retryInMs])).toEqual([
      ['a', 1, 100],
      ['a', 2, 1000],
      ['a', 3, 1000],
    ]);
  });

  test('are forgotten after a success', async () => {
    const { queue, clock, failures, fail, end } = steered();
    queue.add('a');
    await fail('a');
    await clock.advance(100);
    await end('a');

    queue.add('a');
    await fail('a');

    expect(failures.map(({ retryInMs }) => retryInMs)).toEqual([100, 100]);
  });

  test('of one key do not delay another', async () => {
    const { queue, failures, fail } = steered();
    queue.add('a');
    await fail('a');

    queue.add('b');
    await fail('b');

    expect(failures.map(({ key, retryInMs }) => [key, retryInMs])).toEqual([
      ['a', 100],
      ['b', 100],
    ]);
  });

  test.each([
    ['that asks for a wait gets it', { retryAfterMs: 4321 }, 4321],
    ['that is not retryable is looked at again after the longest wait', { retryable: false }, 1000],
  ])('an error %s', async (_, properties, expected) => {
    const { queue, failures, fail } = steered();

    queue.add('a');
    await fail('a', Object.assign(new Error('special'), properties));

    expect(failures[0]?.retryInMs).toBe(expected);
  });

  test('a run that throws before its first await is a failure like any other', async () => {
    const failures: RunFailure[] = [];
    const queue = keyedQueue({
      concurrency: 1,
      run: () => {
        throw new Error('at once');
      },
      retry: { minMs: 100, maxMs: 1000, factor: 2 },
      clock: testClock(),
      onError: (failure) => failures.push(failure),
    });

    queue.add('a');
    await queue.idle();

    expect(failures).toHaveLength(1);
  });
});

describe('the end', () => {
  test('idle resolves when nothing waits or runs, whatever is planned for later', async () => {
    const { queue, end } = steered();
    let idle = false;
    queue.add('a');
    queue.addAfter('b', 1000);
    const waiting = queue.idle().then(() => {
      idle = true;
    });
    expect(idle).toBe(false);

    await end('a');
    await waiting;

    expect(idle).toBe(true);
  });

  test('disposal aborts the signal, waits for what runs, and starts nothing more', async () => {
    const started: string[] = [];
    const clock = testClock();
    let ended = false;
    const queue = keyedQueue({
      concurrency: 1,
      run: async (key, signal) => {
        started.push(key);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        ended = true;
      },
      retry: { minMs: 1, maxMs: 1, factor: 1 },
      clock,
    });
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 100);

    await queue[Symbol.asyncDispose]();
    queue.add('d');
    await clock.advance(1000);

    expect(ended).toBe(true);
    expect(started).toEqual(['a']);
    expect(clock.sleeping).toBe(0);
  });
});

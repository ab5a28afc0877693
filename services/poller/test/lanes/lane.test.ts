import { testClock } from '@tagstream/service/testing';
import { describe, expect, test } from 'vitest';
import { createLane, type LaneBudget } from '../../src/lanes/lane.ts';

/** A lane whose runs last until they are told to end. */
function start(budget: Partial<LaneBudget> = {}) {
  const clock = testClock();
  const started: string[] = [];
  const running = new Map<string, () => void>();
  const lane = createLane<string>({
    clock,
    budget: { concurrency: 1, ratePerSecond: 1_000_000, ...budget },
    run: (item) => {
      expect(running.has(item)).toBe(false); // never twice at a time
      started.push(item);
      return new Promise((resolve) =>
        running.set(item, () => {
          running.delete(item);
          resolve();
        }),
      );
    },
  });
  const end = async (item: string) => {
    running.get(item)?.();
    await clock.advance(0);
  };
  const endAll = async () => {
    while (running.size > 0) for (const item of [...running.keys()]) await end(item);
  };
  return { clock, lane, started, running, end, endAll };
}

describe('a lane', () => {
  test('runs as many items at a time as it may, in their order', async () => {
    const { lane, started, end } = start({ concurrency: 2 });
    for (const item of ['a', 'b', 'c']) lane.add(item, false);
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    expect(lane.size).toBe(2);
  });

  test('an item that is added twice runs once, one that is added while it runs runs again', async () => {
    const { lane, started, end } = start();
    lane.add('a', false);
    lane.add('b', false);
    lane.add('b', false);
    lane.add('a', false);
    await end('a');
    await end('b');
    await end('a');
    expect(started).toEqual(['a', 'b', 'a']);
    expect(lane.size).toBe(0);
  });

  test('urgent items overtake, but every fourth is one of the others', async () => {
    const { lane, started, endAll } = start();
    lane.add('first', false);
    for (const item of ['r1', 'r2', 'r3']) lane.add(item, false);
    for (const item of ['u1', 'u2', 'u3', 'u4', 'u5']) lane.add(item, true);
    lane.add('r3', true);
    await endAll();
    expect(started).toEqual(['first', 'u1', 'u2', 'u3', 'r1', 'u4', 'u5', 'r3', 'r2']);
  });

  test('what is cancelled does not run, and does not run again', async () => {
    const { lane, started, endAll } = start();
    for (const item of ['a', 'b', 'c']) lane.add(item, false);
    lane.add('a', false);
    lane.cancel('a');
    lane.cancel('b');
    await endAll();
    expect(started).toEqual(['a', 'c']);
    lane.add('b', false);
    expect(started).toEqual(['a', 'c', 'b']);
  });

  test('keeps to its rate', async () => {
    const { clock, lane, started } = start({ concurrency: 100, ratePerSecond: 2 });
    for (let i = 0; i < 10; i++) lane.add(`item ${i}`, false);
    expect(started).toHaveLength(2);
    await clock.advance(1_000);
    expect(started).toHaveLength(4);
    lane.setBudget({ concurrency: 100, ratePerSecond: 4 });
    await clock.advance(1_000);
    expect(started).toHaveLength(8);
  });

  test('a greater budget counts at once, a smaller one when something ends', async () => {
    const { lane, started, end } = start();
    for (const item of ['a', 'b', 'c', 'd']) lane.add(item, false);
    lane.setBudget({ concurrency: 3, ratePerSecond: 1_000_000 });
    expect(started).toEqual(['a', 'b', 'c']);
    lane.setBudget({ concurrency: 1, ratePerSecond: 1_000_000 });
    await end('a');
    await end('b');
    expect(started).toHaveLength(3);
    await end('c');
    expect(started).toHaveLength(4);
  });

  test('begins nothing while it is paused, and the longest pause counts', async () => {
    const { clock, lane, started } = start();
    lane.pauseUntil(clock.now() + 1_000);
    lane.pauseUntil(clock.now() + 500);
    lane.add('a', true);
    await clock.advance(999);
    expect(started).toEqual([]);
    await clock.advance(1);
    expect(started).toEqual(['a']);
  });

  test('its end waits for what runs and begins nothing more', async () => {
    const { clock, lane, started, end } = start();
    lane.add('a', false);
    lane.add('b', false);
    let ended = false;
    const ending = lane[Symbol.asyncDispose]().then(() => {
      ended = true;
    });
    await clock.advance(0);
    expect(ended).toBe(false);
    await end('a');
    await ending;
    lane.add('c', true);
    expect(started).toEqual(['a']);
  });
});

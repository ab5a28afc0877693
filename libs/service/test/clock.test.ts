import { systemClock } from '@tagstream/service';
import { testClock } from '@tagstream/service/testing';
import { expect, test } from 'vitest';

test('a sleep longer than a timer can take does not end at once', async () => {
  const stop = new AbortController();
  let ended = false;
  const sleeping = systemClock.sleep(2 ** 32, stop.signal).then(
    () => {
      ended = true;
    },
    (error: Error) => error.name,
  );
  await systemClock.sleep(20);
  expect(ended).toBe(false);

  stop.abort();

  expect(await sleeping).toBe('AbortError');
});

test('iso and now tell the same instant', () => {
  const clock = testClock('2026-11-21T10:00:00.123Z');

  expect(clock.iso()).toBe('2026-11-21T10:00:00.123Z');
  expect(clock.now()).toBe(Date.parse('2026-11-21T10:00:00.123Z'));
});

test('the test clock wakes sleepers in the order of their time, those that are added on the way too', async () => {
  const clock = testClock();
  const begin = clock.now();
  const log: [string, number][] = [];
  const note = (name: string) => () => void log.push([name, clock.now() - begin]);
  void clock.sleep(300).then(note('c'));
  void clock
    .sleep(100)
    .then(note('a'))
    .then(() => clock.sleep(100))
    .then(note('b'));

  await clock.advance(300);

  expect(log).toEqual([
    ['a', 100],
    ['b', 200],
    ['c', 300],
  ]);
});

test('a sleep on the test clock ends when its signal is aborted, also before it began', async () => {
  const clock = testClock();
  const stop = new AbortController();
  const sleeping = clock.sleep(100, stop.signal);

  stop.abort();

  await expect(sleeping).rejects.toMatchObject({ name: 'AbortError' });
  await expect(clock.sleep(100, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(clock.sleeping).toBe(0);
});

import { testClock } from '@tagstream/service/testing';
import { expect, test } from 'vitest';
import { resync } from '../src/resync.ts';
import { recordedTelemetry } from './support/told.ts';

function startResync(compareAll: () => Promise<void> | void) {
  const clock = testClock();
  const stop = new AbortController();
  const config = { resyncSeconds: 600 };
  const { telemetry } = recordedTelemetry();
  const ended = resync({ clock, config, signal: stop.signal, telemetry }, compareAll);
  return { clock, stop, ended };
}

test('compares everything at each interval and not before, until the service stops', async () => {
  let times = 0;
  const { clock, stop, ended } = startResync(() => {
    times += 1;
  });
  await clock.advance(599_000);
  expect(times).toBe(0);
  await clock.advance(1000);
  expect(times).toBe(1);
  await clock.advance(600_000);
  expect(times).toBe(2);
  stop.abort();
  await ended;
  expect(times).toBe(2);
});

test('goes on after a comparison that failed', async () => {
  let times = 0;
  const { clock, stop, ended } = startResync(async () => {
    times += 1;
    throw new Error('no connection');
  });
  await clock.advance(600_000);
  await clock.advance(600_000);
  expect(times).toBe(2);
  stop.abort();
  await ended;
});

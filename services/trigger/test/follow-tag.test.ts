import type { Delivery, Outcome } from '@tagstream/bus';
import { TagUpdated, toCloudEvent } from '@tagstream/events';
import { testClock } from '@tagstream/service/testing';
import { expect, test } from 'vitest';
import { followTagHandler } from '../src/workload/follow-tag.ts';
import type { UpdateResult } from '../src/workload/update-workload.ts';
import type { WorkloadKey } from '../src/workload/workload-view.ts';
import { webKey } from './support/workloads.ts';

const { hint = { deliveryId: 'd1', receivedAt: '' }, ...sample } = TagUpdated.sample;
const clock = testClock(new Date(Date.parse(hint.receivedAt) + 2500).toISOString());

/** Handles the sample event with workloads whose updates come to these results. */
async function handle(results: readonly (UpdateResult | Error)[], data: typeof TagUpdated.sample = TagUpdated.sample) {
  const asked: string[] = [];
  const updated: string[] = [];
  const delays: number[] = [];
  const workloads: WorkloadKey[] = results.map((_, index) => ({ ...webKey, id: String(index) }));
  const handler = followTagHandler({
    followers: (tag) => {
      asked.push(tag);
      return workloads;
    },
    update: async ({ id }) => {
      updated.push(id);
      const result = results[Number(id)]!;
      if (result instanceof Error) throw result;
      return result;
    },
    clock,
    telemetry: { delayed: (seconds) => void delays.push(seconds) },
  });
  const event = toCloudEvent(TagUpdated, data, { source: '/test', time: clock.iso() });
  const outcome = (): Promise<Outcome> => handler(event, {} as Delivery); // it looks at nothing of the delivery
  return { outcome, asked, updated, delays };
}

test('every workload that follows the tag is brought up to date', async () => {
  const { outcome, asked, updated } = await handle(['patched', 'unchanged', 'gone', 'refused']);
  expect(await outcome()).toEqual({ kind: 'done' });
  expect(asked).toEqual([`${sample.namespace}/${sample.stream}:${sample.tag}`]);
  expect(updated).toEqual(['0', '1', '2', '3']);
});

test('a tag that nobody follows is done', async () => {
  const { outcome } = await handle([]);
  expect(await outcome()).toEqual({ kind: 'done' });
});

test('an image that may not be written yet holds up no message', async () => {
  const { outcome } = await handle(['waiting', 'patched']);
  expect(await outcome()).toEqual({ kind: 'done' });
});

test('a workload that others keep writing is come back to', async () => {
  const { outcome } = await handle(['patched', 'busy']);
  expect(await outcome()).toMatchObject({ kind: 'retry', reason: 'a workload is being written by others' });
});

test('a failed update fails the message only after all others were made', async () => {
  const { outcome, updated } = await handle([new Error('connection refused'), 'patched', 'busy']);
  await expect(outcome()).rejects.toThrow('connection refused');
  expect(updated).toHaveLength(3);
});

test('the time from the push to the written workload is measured', async () => {
  const { outcome, delays } = await handle(['unchanged', 'patched']);
  await outcome();
  expect(delays).toEqual([2.5]);
});

test.each([
  { row: 'nothing was written', results: ['unchanged' as const], data: TagUpdated.sample },
  { row: 'nobody announced the push', results: ['patched' as const], data: sample },
])('no time is measured when $row', async ({ results, data }) => {
  const { outcome, delays } = await handle(results, data);
  await outcome();
  expect(delays).toEqual([]);
});

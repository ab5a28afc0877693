import { normalizeDeploymentConfig, type ReplicationController } from '@tagstream/api-types';
import { BusError } from '@tagstream/bus';
import type { Emission } from '@tagstream/deployment';
import { createLog, createMetrics } from '@tagstream/service';
import { expect, test } from 'vitest';
import { createAnnouncer } from '../src/announce.ts';
import { createTelemetry } from '../src/telemetry.ts';

const dc = normalizeDeploymentConfig({
  metadata: { name: 'web', namespace: 'shop', uid: 'dc' },
  spec: { template: { spec: { containers: [{ name: 'web', image: 'r/web:1' }] } } },
});
const rc: ReplicationController = { metadata: { name: 'web-1', namespace: 'shop', uid: 'rc' }, spec: {} };

const emission = (milestone: Emission['milestone']): Emission => ({
  rc,
  version: 1,
  attempt: 1,
  milestone,
  images: [],
  atMs: 0,
  sinceStartMs: 0,
});

test('what could be published is known, and whether the last one could', async () => {
  let fails = false;
  const bus = {
    publish: () =>
      fails
        ? Promise.reject(new BusError('unavailable', 'no NATS'))
        : Promise.resolve({ sequence: 1, duplicate: false }),
  };
  const telemetry = createTelemetry(createMetrics(), createLog({ service: 'rollout', level: 'silent' }));
  const announcer = createAnnouncer(bus, telemetry);
  const publish = (milestone: Emission['milestone']) =>
    announcer.publish(dc, emission(milestone), new AbortController().signal);
  const state = () => [
    announcer.isPublished(emission('started')),
    announcer.isPublished(emission('complete')),
    announcer.works(),
  ];

  expect(state()).toEqual([false, false, true]);
  await publish('started');
  expect(state()).toEqual([true, false, true]);
  fails = true;
  await expect(publish('complete')).rejects.toThrow('no NATS');
  expect(state()).toEqual([true, false, false]);
  fails = false;
  await publish('complete');
  expect(state()).toEqual([true, true, true]);
});

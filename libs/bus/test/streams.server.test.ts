import { type Bus, connectBus } from '@tagstream/bus';
import { allStreams, RolloutProgressed, RolloutsStream, TagsStream } from '@tagstream/events';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { rollout, uniquePrefix } from './harness.ts';

const prefix = uniquePrefix();
let bus: Bus;
beforeAll(async () => {
  bus = await connectBus({ servers: inject('natsUrl'), name: 'tester', prefix });
});
afterAll(() => bus[Symbol.asyncDispose]());

test('several services may create all streams at the same time, and again', async () => {
  await Promise.all([1, 2, 3, 4].map(() => bus.ensureStreams(allStreams)));
  await bus.ensureStreams(allStreams);

  expect(await bus.publish(RolloutProgressed, rollout('web', 1))).toMatchObject({ duplicate: false });
});

test('a stream with older settings is changed to the new ones and keeps its messages', async () => {
  await bus.ensureStreams(allStreams);
  const { sequence } = await bus.publish(RolloutProgressed, rollout('kept', 1));

  await bus.ensureStreams([{ ...RolloutsStream, maxAgeMs: 3600_000, maxMessagesPerSubject: 5 }]);

  const stored = await bus.last(RolloutsStream, RolloutProgressed, rollout('kept', 1));
  expect(stored?.sequence).toBe(sequence);
});

test('a change that the server refuses is a conflict that names the stream', async () => {
  await bus.ensureStreams([TagsStream], { storage: 'file' });

  const changed = bus.ensureStreams([TagsStream], { storage: 'memory' });

  await expect(changed).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`${prefix.toUpperCase()}_TAGS`),
  });
});

test('a second stream for the same subjects is a conflict', async () => {
  await bus.ensureStreams([RolloutsStream]);

  await expect(bus.ensureStreams([{ ...RolloutsStream, name: 'OTHER' }])).rejects.toMatchObject({ code: 'conflict' });
});

test('replicas without a cluster are refused with unsupported_server', async () => {
  const stream = { ...RolloutsStream, name: 'REPLICATED', subjects: ['replicated.>'] };

  await expect(bus.ensureStreams([stream], { replicas: 3 })).rejects.toMatchObject({ code: 'unsupported_server' });
});

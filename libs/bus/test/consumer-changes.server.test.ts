import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Bus, Outcome } from '@tagstream/bus';
import { RolloutProgressed, RolloutsStream } from '@tagstream/events';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { consumeRollouts, rollout, startBus } from './harness.ts';

const done: Outcome = { kind: 'done' };

let bus: Bus;
beforeEach(async () => {
  bus = await startBus(inject('natsUrl'));
});
afterEach(() => bus[Symbol.asyncDispose]());

test('a consumer that exists with other settings is changed to the new ones', async () => {
  const seen: string[] = [];
  const handler = async ({ data }: { data: { name: string } }) => {
    seen.push(data.name);
    return done;
  };
  const { consumer } = consumeRollouts(bus, { handler, filter: 'rollout.shop.first' });
  await expect.poll(() => consumer.health().ready).toBe(true);
  await consumer[Symbol.asyncDispose]();

  const { consumer: next } = consumeRollouts(bus, { handler, filter: 'rollout.shop.second' });
  await expect.poll(() => next.health().ready).toBe(true);
  await bus.publish(RolloutProgressed, rollout('first', 1));
  await bus.publish(RolloutProgressed, rollout('second', 1));

  await expect.poll(() => seen).toEqual(['second']);
});

test('a consumer that somebody deletes is created again within moments', async () => {
  const seen = new Set<number>();
  const { consumer, events } = consumeRollouts(bus, {
    handler: async ({ data }) => {
      seen.add(data.version);
      return done;
    },
  });
  await bus.publish(RolloutProgressed, rollout('web', 1));
  await expect.poll(() => seen.size).toBe(1);
  const nc = await connect({ servers: inject('natsUrl') });

  const jsm = await jetstreamManager(nc);
  await jsm.consumers.delete(`${bus.prefix.toUpperCase()}_${RolloutsStream.name}`, 'worker');
  await bus.publish(RolloutProgressed, rollout('web', 2));

  await expect.poll(() => seen.has(2), { timeout: 3000 }).toBe(true);
  expect(events.map(({ kind }) => kind)).toContain('interrupted');
  expect(consumer.health().ready).toBe(true);
  await nc.close();
});

test('a consumer of a stream that does not exist yet begins when the stream does', async () => {
  const seen: number[] = [];
  const late = { ...RolloutsStream, name: 'LATE', subjects: ['late.>'] };
  const definition = { ...RolloutProgressed, wildcard: 'late.>', subject: () => 'late.one' };
  const consumer = bus.consume(definition, {
    stream: late,
    durable: 'early',
    concurrency: 1,
    keyOf: ({ name }) => name,
    handler: async ({ data }) => {
      seen.push(data.version);
      return done;
    },
  });
  await expect.poll(() => consumer.health().detail).toContain('no_stream');

  await bus.ensureStreams([late]);
  await bus.publish(definition, rollout('web', 1));

  await expect.poll(() => seen, { timeout: 5000 }).toEqual([1]);
});

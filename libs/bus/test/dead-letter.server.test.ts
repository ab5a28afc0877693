import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Bus, Outcome } from '@tagstream/bus';
import { DeadLetterStream, RolloutProgressed } from '@tagstream/events';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { consumeRollouts, deadLetters, rollout, startBus } from './harness.ts';

const done: Outcome = { kind: 'done' };

let bus: Bus;
let nc: NatsConnection;
beforeEach(async () => {
  bus = await startBus(inject('natsUrl'));
  nc = await connect({ servers: inject('natsUrl') });
});
afterEach(async () => {
  await nc.close();
  await bus[Symbol.asyncDispose]();
});

const streamOf = (name: string) => `${bus.prefix.toUpperCase()}_${name}`;

/** Messages delivered and not settled. */
async function pendingAcks(): Promise<number> {
  const jsm = await jetstreamManager(nc);
  return (await jsm.consumers.info(streamOf('ROLLOUTS'), 'worker')).num_ack_pending;
}

test('a rejected message goes to the dead-letter stream with all that is needed to replay it', async () => {
  consumeRollouts(bus, { handler: async () => ({ kind: 'reject', reason: 'no such DeploymentConfig kind' }) });

  const { sequence } = await bus.publish(RolloutProgressed, rollout('bad', 1));

  await expect.poll(() => deadLetters(bus)).toHaveLength(1);
  const [letter] = await deadLetters(bus);
  expect(letter).toMatchObject({
    service: 'tester',
    consumer: 'worker',
    stream: streamOf('ROLLOUTS'),
    sequence,
    subject: `${bus.prefix}.rollout.shop.bad`,
    reason: 'no such DeploymentConfig kind',
    deliveries: 1,
  });
  expect(JSON.parse(Buffer.from(letter!.body, 'base64').toString())).toMatchObject({ data: { name: 'bad' } });
  await expect.poll(pendingAcks).toBe(0);
});

test.each([
  ['is not JSON', 'rollout.shop.web', 'nonsense', 'not JSON'],
  ['is another event', 'rollout.shop.web', { specversion: '1.0', type: 'io.example.other' }, 'expected type'],
  [
    'does not match the schema',
    'rollout.shop.web',
    { specversion: '1.0', type: RolloutProgressed.type, data: { ...rollout('web', 1), version: 'one' } },
    '/version',
  ],
  [
    'was published under the subject of another object',
    'rollout.shop.other',
    { specversion: '1.0', type: RolloutProgressed.type, data: rollout('web', 1) },
    'belongs to subject',
  ],
])('a message that %s never reaches the handler and becomes a dead letter', async (_, subject, body, reason) => {
  let handled = 0;
  consumeRollouts(bus, {
    handler: async () => {
      handled += 1;
      return done;
    },
  });

  nc.publish(`${bus.prefix}.${subject}`, typeof body === 'string' ? body : JSON.stringify(body));
  await bus.publish(RolloutProgressed, rollout('good', 1));

  await expect
    .poll(async () => (await deadLetters(bus)).map((letter) => letter.reason))
    .toEqual([expect.stringContaining(reason)]);
  await expect.poll(() => handled).toBe(1);
});

test('a message that keeps failing is given up at the bound of deliveries', async () => {
  const { events } = consumeRollouts(bus, {
    maxDeliver: 3,
    handler: async () => {
      throw new Error('still broken');
    },
  });

  await bus.publish(RolloutProgressed, rollout('broken', 1));

  await expect
    .poll(async () => (await deadLetters(bus)).map(({ reason, deliveries }) => [reason, deliveries]))
    .toEqual([['gave up after 3 deliveries: still broken', 3]]);
  await expect.poll(() => events.map(({ kind }) => kind)).toEqual(['consuming', 'retry', 'retry', 'dead-letter']);
  await expect.poll(pendingAcks).toBe(0);
});

test('a message whose handler never came to an end is given up without being tried again', async () => {
  const started = Promise.withResolvers<void>();
  const { consumer } = consumeRollouts(bus, {
    maxDeliver: 1,
    stopGraceMs: 10,
    handler: () => {
      started.resolve();
      return new Promise(() => undefined);
    },
  });
  await bus.publish(RolloutProgressed, rollout('poison', 1));
  await started.promise;
  await consumer[Symbol.asyncDispose]();

  let handled = 0;
  consumeRollouts(bus, {
    maxDeliver: 1,
    handler: async () => {
      handled += 1;
      return done;
    },
  });

  await expect
    .poll(async () => (await deadLetters(bus)).map(({ reason }) => reason))
    .toEqual(['delivered 1 times without success']);
  expect(handled).toBe(0);
});

test('a message stays in its stream when the dead letter cannot be stored, and is buried when it can', async () => {
  const jsm = await jetstreamManager(nc);
  await jsm.streams.update(streamOf('DEADLETTER'), { max_msg_size: 10 });
  const { consumer, events } = consumeRollouts(bus, { handler: async () => ({ kind: 'reject', reason: 'bad' }) });
  await bus.publish(RolloutProgressed, rollout('unburied', 1));
  await expect.poll(() => events.map(({ kind }) => kind)).toContain('unsettled');
  expect(await pendingAcks()).toBe(1);
  await consumer[Symbol.asyncDispose]();

  await jsm.streams.update(streamOf('DEADLETTER'), { max_msg_size: -1 });
  consumeRollouts(bus, { handler: async () => ({ kind: 'reject', reason: 'bad' }) });

  await expect.poll(() => deadLetters(bus), { timeout: 20_000 }).toHaveLength(1);
});

test('a body that is too large for a letter is left out and the reason says so', async () => {
  consumeRollouts(bus, { handler: async () => ({ kind: 'reject', reason: 'bad' }) });

  await bus.publish(RolloutProgressed, { ...rollout('large', 1), reason: 'x'.repeat(900_000) });

  await expect.poll(() => deadLetters(bus)).toHaveLength(1);
  const [letter] = await deadLetters(bus);
  expect(letter?.body).toBe('');
  expect(letter?.reason).toMatch(/^bad \(body of \d{6} bytes left out\)$/);
});

test('burying the same message twice leaves one letter', async () => {
  const jsm = await jetstreamManager(nc);
  const { consumer } = consumeRollouts(bus, { handler: async () => ({ kind: 'reject', reason: 'bad' }) });
  await bus.publish(RolloutProgressed, rollout('twice', 1));
  await expect.poll(() => deadLetters(bus)).toHaveLength(1);
  await consumer[Symbol.asyncDispose]();
  await jsm.consumers.delete(streamOf('ROLLOUTS'), 'worker');

  const { events } = consumeRollouts(bus, { handler: async () => ({ kind: 'reject', reason: 'bad' }) });

  await expect.poll(() => events.map(({ kind }) => kind)).toContain('dead-letter');
  expect((await jsm.streams.info(streamOf(DeadLetterStream.name))).state.messages).toBe(1);
});

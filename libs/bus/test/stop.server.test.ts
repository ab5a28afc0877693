import { type Bus, connectBus, type Outcome } from '@tagstream/bus';
import { RolloutProgressed } from '@tagstream/events';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { consumeRollouts, rollout, startBus } from './harness.ts';

const done: Outcome = { kind: 'done' };

let bus: Bus;
let other: Bus;
beforeEach(async () => {
  bus = await startBus(inject('natsUrl'));
  other = await connectBus({ servers: inject('natsUrl'), name: 'other', prefix: bus.prefix });
});
afterEach(async () => {
  await bus[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

/** Consumes on the other connection and notes version and number of the delivery. */
function takeOver() {
  const taken: [number, number][] = [];
  consumeRollouts(other, {
    handler: async ({ data }, { deliveries }) => {
      taken.push([data.version, deliveries]);
      return done;
    },
  });
  return taken;
}

test('disposal waits for running handlers, and what they finished is not delivered again', async () => {
  const gate = Promise.withResolvers<void>();
  const { consumer, events } = consumeRollouts(bus, {
    concurrency: 1,
    handler: async () => {
      await gate.promise;
      return done;
    },
  });
  await bus.publish(RolloutProgressed, rollout('web', 1));
  await bus.publish(RolloutProgressed, rollout('web', 2));
  await expect.poll(() => consumer.health()).toMatchObject({ running: 1, queued: 1 });

  const disposed = consumer[Symbol.asyncDispose]();
  const taken = takeOver();
  await expect.poll(() => taken).toEqual([[2, 2]]); // given back at once, while the first still runs
  gate.resolve();
  await disposed;

  expect(events.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  await bus.publish(RolloutProgressed, rollout('web', 3));
  await expect
    .poll(() => taken)
    .toEqual([
      [2, 2],
      [3, 1],
    ]);
  expect(consumer.health()).toMatchObject({ ready: false, detail: 'stopped' });
});

test('a handler that does not end within the grace time is told to, and its message is given back', async () => {
  const aborted = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const { consumer } = consumeRollouts(bus, {
    stopGraceMs: 50,
    handler: (_, { signal }) => {
      started.resolve();
      signal.addEventListener('abort', () => aborted.resolve());
      return new Promise(() => undefined);
    },
  });
  await bus.publish(RolloutProgressed, rollout('stuck', 1));
  await started.promise;

  await consumer[Symbol.asyncDispose]();

  await aborted.promise;
  const taken = takeOver();
  await expect.poll(() => taken).toEqual([[1, 2]]);
});

test('disposing of the bus stops its consumers first, so that their acknowledgements arrive', async () => {
  const gate = Promise.withResolvers<void>();
  const { consumer, events } = consumeRollouts(bus, {
    handler: async () => {
      await gate.promise;
      return done;
    },
  });
  await bus.publish(RolloutProgressed, rollout('web', 1));
  await expect.poll(() => consumer.health().running).toBe(1);

  const disposed = bus[Symbol.asyncDispose]();
  gate.resolve();
  await disposed;

  expect(events.map(({ kind }) => kind)).toEqual(['consuming', 'done']);
  await consumer.closed;
  const taken = takeOver();
  await other.publish(RolloutProgressed, rollout('web', 2));
  await expect.poll(() => taken).toEqual([[2, 1]]);
});

test('an idle consumer stops at once', async () => {
  const { consumer } = consumeRollouts(bus, { handler: async () => done });
  await expect.poll(() => consumer.health().ready).toBe(true);

  const started = Date.now();
  await consumer[Symbol.asyncDispose]();

  expect(Date.now() - started).toBeLessThan(1000);
});

test('two replicas share the messages of one durable consumer', async () => {
  const seen = new Map<number, string>();
  for (const [name, replica] of [
    ['first', bus],
    ['second', other],
  ] as const) {
    consumeRollouts(replica, {
      handler: async ({ data }) => {
        expect(seen.has(data.version)).toBe(false);
        seen.set(data.version, name);
        return done;
      },
    });
  }

  for (let version = 1; version <= 60; version++)
    await bus.publish(RolloutProgressed, rollout(`app-${version}`, version));

  await expect.poll(() => seen.size).toBe(60);
  expect(new Set(seen.values())).toEqual(new Set(['first', 'second']));
});

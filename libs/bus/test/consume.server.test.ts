import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import type { Bus, Outcome } from '@tagstream/bus';
import { RolloutProgressed, RolloutsStream } from '@tagstream/events';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { consumeRollouts, rollout, startBus } from './harness.ts';

const done: Outcome = { kind: 'done' };

let bus: Bus;
beforeEach(async () => {
  bus = await startBus(inject('natsUrl'));
});
afterEach(() => bus[Symbol.asyncDispose]());

describe('order', () => {
  test('messages of one key are worked on one after the other, in order', async () => {
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    consumeRollouts(bus, {
      handler: async ({ data }) => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        seen.push(data.version);
        running -= 1;
        return done;
      },
    });

    for (let version = 1; version <= 20; version++) await bus.publish(RolloutProgressed, rollout('web', version));

    await expect.poll(() => seen.length).toBe(20);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(most).toBe(1);
  });

  test('keys are worked on in parallel, up to the concurrency', async () => {
    const gate = Promise.withResolvers<void>();
    const started: string[] = [];
    const { consumer } = consumeRollouts(bus, {
      concurrency: 3,
      handler: async ({ data }) => {
        started.push(data.name);
        await gate.promise;
        return done;
      },
    });

    for (const name of ['a', 'b', 'c', 'd', 'e']) await bus.publish(RolloutProgressed, rollout(name, 1));
    await expect.poll(() => consumer.health()).toMatchObject({ ready: true, running: 3, queued: 2 });
    expect(started).toEqual(['a', 'b', 'c']);

    gate.resolve();
    await expect.poll(() => started).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('a key that is busy does not hold up the others', async () => {
    const gate = Promise.withResolvers<void>();
    const finished: string[] = [];
    consumeRollouts(bus, {
      concurrency: 2,
      handler: async ({ data }) => {
        if (data.name === 'slow') await gate.promise;
        finished.push(`${data.name}-${data.version}`);
        return done;
      },
    });

    await bus.publish(RolloutProgressed, rollout('slow', 1));
    await bus.publish(RolloutProgressed, rollout('slow', 2));
    for (let version = 1; version <= 5; version++) await bus.publish(RolloutProgressed, rollout('fast', version));

    await expect.poll(() => finished).toEqual(['fast-1', 'fast-2', 'fast-3', 'fast-4', 'fast-5']);
    gate.resolve();
    await expect.poll(() => finished.slice(5)).toEqual(['slow-1', 'slow-2']);
  });

  test('no more messages are taken than the concurrency and as many waiting', async () => {
    const gate = Promise.withResolvers<void>();
    const { consumer } = consumeRollouts(bus, {
      concurrency: 2,
      handler: async () => {
        await gate.promise;
        return done;
      },
    });
    for (let version = 1; version <= 12; version++) await bus.publish(RolloutProgressed, rollout('web', version));

    await expect.poll(() => consumer.health().queued).toBe(3);
    expect(consumer.health().running).toBe(1);
    gate.resolve();
    await expect.poll(() => consumer.health()).toMatchObject({ running: 0, queued: 0 });
  });
});

describe('outcomes', () => {
  test('retry delivers again after the time that was asked for, and tells the reason', async () => {
    const deliveries: number[] = [];
    const { events } = consumeRollouts(bus, {
      handler: async (_, delivery) => {
        deliveries.push(delivery.deliveries);
        return delivery.deliveries < 3 ? { kind: 'retry', afterMs: 30, reason: 'not there yet' } : done;
      },
    });

    await bus.publish(RolloutProgressed, rollout('later', 1));

    await expect.poll(() => deliveries).toEqual([1, 2, 3]);
    await expect.poll(() => events.map(({ kind }) => kind)).toEqual(['consuming', 'retry', 'retry', 'done']);
    expect(events[1]).toMatchObject({ afterMs: 30, reason: 'not there yet', deliveries: 1 });
    expect(events[1]).not.toHaveProperty('error');
  });

  test('a thrown error is a retry with growing waits, and the error is told', async () => {
    const failure = new Error('the API server is away');
    const { events } = consumeRollouts(bus, {
      handler: async (_, { deliveries }) => {
        if (deliveries < 4) throw failure;
        return done;
      },
    });

    await bus.publish(RolloutProgressed, rollout('fails', 1));

    await expect.poll(() => events.at(-1)?.kind).toBe('done');
    const retries = events.filter((event) => event.kind === 'retry');
    expect(retries.map(({ error }) => error)).toEqual([failure, failure, failure]);
    expect(retries[2]!.afterMs).toBeGreaterThan(retries[0]!.afterMs);
  });

  test('the handler is told where its message comes from', async () => {
    const seen = Promise.withResolvers<unknown>();
    consumeRollouts(bus, {
      handler: async (_, { signal, ...delivery }) => {
        seen.resolve(delivery);
        return done;
      },
    });

    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { sequence } = await bus.publish(RolloutProgressed, rollout('traced', 1), { traceparent });

    const about = { subject: `${bus.prefix}.rollout.shop.traced`, sequence, deliveries: 1 };
    expect(await seen.promise).toEqual({
      ...about,
      traceparent,
      fields: {
        ...about,
        stream: `${bus.prefix.toUpperCase()}_ROLLOUTS`,
        consumer: 'worker',
        eventId: RolloutProgressed.id(rollout('traced', 1)),
        traceparent,
      },
    });
  });

  test('an observer that throws disturbs nothing', async () => {
    const seen: number[] = [];
    consumeRollouts(bus, {
      observe: () => {
        throw new Error('observer');
      },
      handler: async ({ data }) => {
        seen.push(data.version);
        return done;
      },
    });

    await bus.publish(RolloutProgressed, rollout('observed', 1));
    await bus.publish(RolloutProgressed, rollout('observed', 2));

    await expect.poll(() => seen).toEqual([1, 2]);
  });
});

/** Resolves when the server has delivered the messages of a consumer that never acknowledges so many times again. */
async function deliveredAgain(bus: Bus, { ackWaitMs, times }: { ackWaitMs: number; times: number }): Promise<void> {
  const nc = await connect({ servers: inject('natsUrl') });
  const stream = `${bus.prefix.toUpperCase()}_${RolloutsStream.name}`;
  const ack_policy = AckPolicy.Explicit;
  const manager = await jetstreamManager(nc);
  await manager.consumers.add(stream, { durable_name: 'silent', ack_policy, ack_wait: nanos(ackWaitMs) });
  const consumer = await jetstream(nc).consumers.get(stream, 'silent');
  for await (const { info } of await consumer.consume()) if (info.deliveryCount > times) break;
  await nc.close();
}

describe('holding on', () => {
  test('a message is not delivered again while its handler runs past the time to acknowledge', async () => {
    const gate = Promise.withResolvers<void>();
    const deliveries: number[] = [];
    const ackWaitMs = 400;
    const { consumer } = consumeRollouts(bus, {
      concurrency: 1,
      ackWaitMs,
      handler: async ({ data }, delivery) => {
        deliveries.push(delivery.deliveries);
        if (data.version === 1) await gate.promise;
        return done;
      },
    });
    await bus.publish(RolloutProgressed, rollout('long', 1));
    await bus.publish(RolloutProgressed, rollout('long', 2));
    await expect.poll(() => consumer.health()).toMatchObject({ running: 1, queued: 1 });

    // Three times the time to acknowledge passes at the server.
    await deliveredAgain(bus, { ackWaitMs, times: 3 });
    gate.resolve();

    await expect.poll(() => deliveries).toEqual([1, 1]);
  });

  test('a handler that runs for too long has its signal aborted', async () => {
    const reason = Promise.withResolvers<unknown>();
    consumeRollouts(bus, {
      maxRunMs: 50,
      handler: (_, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reason.resolve(signal.reason);
            resolve(done);
          });
        }),
    });

    await bus.publish(RolloutProgressed, rollout('hangs', 1));

    expect(String(await reason.promise)).toContain('more than 50 ms');
  });
});

test('a filter narrows what is consumed', async () => {
  const seen: string[] = [];
  consumeRollouts(bus, {
    filter: 'rollout.shop.chosen',
    handler: async ({ data }) => {
      seen.push(data.name);
      return done;
    },
  });

  for (const name of ['other', 'chosen', 'another']) await bus.publish(RolloutProgressed, rollout(name, 1));
  await bus.publish(RolloutProgressed, rollout('chosen', 2));

  await expect.poll(() => seen).toEqual(['chosen', 'chosen']);
});

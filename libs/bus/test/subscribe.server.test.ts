import { connect } from '@nats-io/transport-node';
import type { Bus } from '@tagstream/bus';
import { RolloutProgressed, RolloutsStream } from '@tagstream/events';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { rollout, startBus } from './harness.ts';

let bus: Bus;
beforeEach(async () => {
  bus = await startBus(inject('natsUrl'));
});
afterEach(() => bus[Symbol.asyncDispose]());

async function publish(...versions: readonly number[]): Promise<number> {
  let last = 0;
  for (const version of versions) last = (await bus.publish(RolloutProgressed, rollout('web', version))).sequence;
  return last;
}

test.each([
  ['all', 'all' as const, [1, 2, 3, 4]],
  ['new', 'new' as const, [4]],
  ['a sequence', 3, [3, 4]],
])('from %s: events arrive from there on', async (_, from, expected) => {
  const seen: number[] = [];
  await publish(1, 2, 3);
  await using subscription = bus.subscribe(RolloutProgressed, {
    stream: RolloutsStream,
    from,
    onEvent: ({ data }) => void seen.push(data.version),
  });

  await subscription.ready;
  await publish(4);

  await expect.poll(() => seen).toEqual(expected);
});

test('ready tells how many events are waiting, and pending falls to 0 with the last of them', async () => {
  const pendings: number[] = [];
  await publish(1, 2, 3);
  await using subscription = bus.subscribe(RolloutProgressed, {
    stream: RolloutsStream,
    from: 'all',
    onEvent: (_, { pending }) => void pendings.push(pending),
  });

  expect(await subscription.ready).toEqual({ pending: 3 });
  await expect.poll(() => pendings).toEqual([2, 1, 0]);
});

test('events are told one after the other, also when the callback takes its time', async () => {
  const log: string[] = [];
  await publish(1, 2, 3);
  await using _subscription = bus.subscribe(RolloutProgressed, {
    stream: RolloutsStream,
    from: 'all',
    onEvent: async ({ data }) => {
      log.push(`begin ${data.version}`);
      await new Promise(setImmediate);
      log.push(`end ${data.version}`);
    },
  });

  await expect.poll(() => log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
});

test('what is no valid event is told apart and does not end the subscription', async () => {
  const invalid: string[] = [];
  const seen: number[] = [];
  const nc = await connect({ servers: inject('natsUrl') });
  await using subscription = bus.subscribe(RolloutProgressed, {
    stream: RolloutsStream,
    from: 'new',
    onEvent: ({ data }) => void seen.push(data.version),
    onInvalid: (reason) => void invalid.push(reason),
  });
  await subscription.ready;

  await nc.request(`${bus.prefix}.rollout.shop.web`, 'nonsense');
  await publish(1);

  await expect.poll(() => seen).toEqual([1]);
  expect(invalid).toEqual(['not JSON']);
  await nc.close();
});

test('an error of the callback ends the subscription and is what closed rejects with', async () => {
  const subscription = bus.subscribe(RolloutProgressed, {
    stream: RolloutsStream,
    from: 'all',
    onEvent: () => {
      throw new Error('the terminal is gone');
    },
  });

  await publish(1);

  await expect(subscription.closed).rejects.toThrow('the terminal is gone');
});

test('the signal ends the subscription', async () => {
  const stop = new AbortController();
  const subscription = bus.subscribe(RolloutProgressed, {
    stream: RolloutsStream,
    from: 'new',
    onEvent: () => undefined,
    signal: stop.signal,
  });
  await subscription.ready;

  stop.abort();

  await expect(subscription.closed).resolves.toBeUndefined();
});

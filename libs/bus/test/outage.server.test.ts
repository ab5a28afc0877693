import type { Bus, BusStatus, Outcome } from '@tagstream/bus';
import { RolloutProgressed, RolloutsStream, TagsLatestStream, TagUpdated } from '@tagstream/events';
import { type NatsServer, startNats } from '@tagstream/servers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { consumeRollouts, readAll, rollout, startBus } from './harness.ts';

const done: Outcome = { kind: 'done' };

let nats: NatsServer;
let bus: Bus;
let statuses: BusStatus[];
beforeEach(async () => {
  nats = await startNats();
  statuses = [];
  bus = await startBus(nats.url, { onStatus: (status) => statuses.push(status) });
});
afterEach(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

/** The server dies without a word and comes back. */
async function crash(): Promise<void> {
  await nats.kill();
  await expect.poll(() => bus.connected).toBe(false);
  await nats.restart();
}

test('what is published while the server is away is stored once when it is back', async () => {
  await nats.kill();
  const published = [1, 2, 3].map((version) => bus.publish(RolloutProgressed, rollout('patient', version)));
  await expect.poll(() => bus.connected).toBe(false);
  await nats.restart();

  await Promise.all(published);

  const versions = (await readAll<{ version: number }>(bus, RolloutsStream, RolloutProgressed)).map((d) => d.version);
  expect(versions.toSorted()).toEqual([1, 2, 3]);
  expect(statuses.map(({ kind }) => kind)).toEqual(['connected', 'disconnected', 'connected']);
});

test('a publisher gives up with unavailable when the server stays away', async () => {
  await nats.kill();

  const published = bus.publish(RolloutProgressed, rollout('impatient', 1), { timeoutMs: 300 });

  await expect(published).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  await nats.restart();
});

test('a publisher that waits for the server ends when its signal is aborted', async () => {
  await nats.kill();
  await expect.poll(() => bus.connected).toBe(false);
  const stop = new AbortController();
  const published = bus.publish(RolloutProgressed, rollout('stopped', 1), { signal: stop.signal });

  stop.abort();

  await expect(published).rejects.toMatchObject({ code: 'closed' });
  await nats.restart();
});

test('nothing is lost and nothing stored twice when the server dies while all publish and consume', async () => {
  const total = 300;
  const seen = new Map<number, number>();
  let published = 0;
  consumeRollouts(bus, {
    concurrency: 8,
    ackWaitMs: 2000,
    keyOf: ({ version }) => String(version),
    handler: async ({ data }) => {
      seen.set(data.version, (seen.get(data.version) ?? 0) + 1);
      return done;
    },
  });
  const publishing = (async () => {
    for (let version = 1; version <= total; version++) {
      await bus.publish(RolloutProgressed, rollout('storm', version));
      published = version;
    }
  })();

  await expect.poll(() => published).toBeGreaterThan(50);
  await crash();
  await expect.poll(() => published).toBeGreaterThan(150);
  await crash();
  await publishing;

  await expect.poll(() => seen.size, { timeout: 15_000 }).toBe(total);
  const stored = (await readAll<{ version: number }>(bus, RolloutsStream, RolloutProgressed)).map((d) => d.version);
  expect(stored).toEqual(Array.from({ length: total }, (_, i) => i + 1));
});

test('a consumer goes on by itself after the server was away, and says so in its health', async () => {
  const seen = new Set<number>();
  const { consumer } = consumeRollouts(bus, {
    handler: async ({ data }) => {
      seen.add(data.version);
      return done;
    },
  });
  await bus.publish(RolloutProgressed, rollout('web', 1));
  await expect.poll(() => [...seen]).toEqual([1]);

  await nats.kill();
  await expect.poll(() => consumer.health()).toMatchObject({ ready: false, detail: 'not connected to NATS' });
  await nats.restart();
  await bus.publish(RolloutProgressed, rollout('web', 2));

  await expect.poll(() => [...seen]).toEqual([1, 2]);
  expect(consumer.health().ready).toBe(true);
});

test('a subscription neither misses nor repeats events over a restart of the server', async () => {
  const seen: number[] = [];
  await using subscription = bus.subscribe(RolloutProgressed, {
    stream: RolloutsStream,
    from: 'new',
    onEvent: ({ data }) => void seen.push(data.version),
  });
  await subscription.ready;
  for (let version = 1; version <= 5; version++) await bus.publish(RolloutProgressed, rollout('web', version));
  await expect.poll(() => seen.length).toBe(5);

  await crash();
  for (let version = 6; version <= 10; version++) await bus.publish(RolloutProgressed, rollout('web', version));

  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(10);
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('a watch goes on over a restart of the server', async () => {
  const bucket = await bus.bucket('members');
  const seen: unknown[] = [];
  await using _watch = bucket.watch({
    onChange: (change) => seen.push(change.kind === 'put' ? change.value : change.kind),
  });
  await expect.poll(() => seen).toEqual(['current']);
  await bucket.put('a', 1);
  await expect.poll(() => seen).toEqual(['current', 1]);

  await crash();
  await expect.poll(() => bucket.put('a', 2).catch(() => undefined)).toBeDefined();

  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['current', 1, 2]);
});

test.each([
  ['among others', ['first', 'second']],
  ['as the only one', ['second']],
])('a tag that was forgotten %s stays forgotten when the server restarts', async (_, names) => {
  const tag = (name: string) => ({ ...TagUpdated.sample, tag: name });
  const find = (name: string) => bus.last(TagsLatestStream, TagUpdated, tag(name));
  for (const name of names) await bus.publish(TagUpdated, tag(name));
  await expect.poll(() => find('second')).toBeDefined();
  await bus.purgeSubject(TagsLatestStream, TagUpdated.subject(tag('second')));

  await crash();
  await bus.publish(TagUpdated, tag('third'));

  await expect.poll(() => find('third').catch(() => undefined), { timeout: 15_000 }).toBeDefined();
  expect(await find('second')).toBeUndefined();
});

test('disposal while the server is away comes to an end', async () => {
  const { consumer } = consumeRollouts(bus, { handler: async () => done });
  await expect.poll(() => consumer.health().ready).toBe(true);
  await nats.kill();
  await expect.poll(() => bus.connected).toBe(false);

  await bus[Symbol.asyncDispose]();

  expect(await bus.closed).toBeUndefined();
  await expect(bus.publish(RolloutProgressed, rollout('late', 1))).rejects.toMatchObject({ code: 'closed' });
});

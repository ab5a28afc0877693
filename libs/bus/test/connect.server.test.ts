import { type BusStatus, connectBus } from '@tagstream/bus';
import { allStreams, RolloutProgressed } from '@tagstream/events';
import { startNats } from '@tagstream/servers';
import { expect, inject, test } from 'vitest';
import { rollout } from './harness.ts';

test('connecting waits for a server that is not there yet', async () => {
  const statuses: BusStatus[] = [];
  await using nats = await startNats();
  await nats.kill();

  const connecting = connectBus({ servers: nats.url, name: 'early', onStatus: (status) => statuses.push(status) });
  await expect.poll(() => statuses.length).toBeGreaterThan(1);
  await nats.restart();
  await using bus = await connecting;

  expect(bus.connected).toBe(true);
  expect(statuses[0]).toMatchObject({ kind: 'disconnected', reason: expect.stringContaining('refused') });
  expect(statuses.at(-1)).toMatchObject({ kind: 'connected' });
});

test('connecting ends when the signal is aborted', async () => {
  const stop = new AbortController();
  const connecting = connectBus({ servers: 'nats://127.0.0.1:1', name: 'hopeless', signal: stop.signal });

  stop.abort();

  await expect(connecting).rejects.toMatchObject({ code: 'closed' });
});

test('a prefix that cannot be a subject token is refused at once', async () => {
  await expect(connectBus({ servers: inject('natsUrl'), name: 'dotted', prefix: 'a.b' })).rejects.toThrow(TypeError);
});

test('user and password are taken from the address', async () => {
  await using nats = await startNats({ config: 'authorization { user: "tag stream", password: "p@ss/word" }' });
  const url = nats.url.replace('nats://', `nats://tag%20stream:${encodeURIComponent('p@ss/word')}@`);

  await using bus = await connectBus({ servers: url, name: 'user' });
  await bus.ensureStreams(allStreams);

  expect(await bus.publish(RolloutProgressed, rollout('web', 1))).toMatchObject({ sequence: 1 });
});

test('a token proves who we are; without it the reason is reported without secrets', async () => {
  await using nats = await startNats({ config: 'authorization { token: "s3cret" }' });
  const statuses: BusStatus[] = [];
  const stop = new AbortController();

  const refused = connectBus({
    servers: nats.url.replace('nats://', 'nats://wr0ng@'),
    name: 'stranger',
    signal: stop.signal,
    onStatus: (status) => statuses.push(status),
  });
  await expect.poll(() => statuses.length).toBeGreaterThan(0);
  stop.abort();
  await expect(refused).rejects.toMatchObject({ code: 'closed' });
  await using bus = await connectBus({ servers: nats.url, name: 'friend', token: 's3cret' });

  expect(bus.connected).toBe(true);
  expect(JSON.stringify(statuses)).toMatch(/authorization/i);
  expect(JSON.stringify(statuses)).not.toContain('wr0ng');
});

test('a server without JetStream is unsupported', async () => {
  await using nats = await startNats({
    config: 'accounts { PLAIN: { users: [{ user: "plain", password: "plain" }] } }',
  });
  await using bus = await connectBus({ servers: nats.url.replace('nats://', 'nats://plain:plain@'), name: 'plain' });

  await expect(bus.ensureStreams(allStreams)).rejects.toMatchObject({ code: 'unsupported_server' });
});

test('an address that insists on TLS is not connected to without', async () => {
  const statuses: BusStatus[] = [];
  const stop = new AbortController();

  const connecting = connectBus({
    servers: inject('natsUrl').replace('nats://', 'tls://'),
    name: 'careful',
    signal: stop.signal,
    onStatus: (status) => statuses.push(status),
  });
  await expect.poll(() => statuses.length).toBeGreaterThan(0);
  stop.abort();

  await expect(connecting).rejects.toMatchObject({ code: 'closed' });
  expect(statuses.every(({ kind }) => kind === 'disconnected')).toBe(true);
});

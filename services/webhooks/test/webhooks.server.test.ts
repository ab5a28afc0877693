import { randomUUID } from 'node:crypto';
import { type Bus, connectBus } from '@tagstream/bus';
import { RegistryPush, WebhookStream } from '@tagstream/events';
import {
  type NatsServer,
  type RegistryServer,
  type ServiceProcess,
  startNats,
  startRegistry,
  startService,
} from '@tagstream/servers';
import { buildImage, buildIndex, pushImage } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Push } from '../src/push-publisher.ts';

const SECRET = 'rotated-in';

/** Where the hooks of a started service are; it listens on a free port and says which. */
async function hooksOf(service: ServiceProcess): Promise<string> {
  const { address } = await service.logged((line) => line.message === 'hooks open');
  return `${String(address)}/hooks/distribution`;
}

const config = (natsUrl: string, prefix: string) => ({
  NATS_URL: natsUrl,
  TAGSTREAM_PREFIX: prefix,
  TAGSTREAM_ADMIN_HOST: '127.0.0.1',
  TAGSTREAM_HTTP_HOST: '127.0.0.1',
  TAGSTREAM_HTTP_PORT: '0',
  TAGSTREAM_WEBHOOK_SECRETS: `rotated-out,${SECRET}`,
});

const envelope = (id: string, tag: string) =>
  JSON.stringify({
    events: [
      {
        id,
        action: 'push',
        target: { repository: 'shop/web', tag, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
        request: { host: 'registry.example.com' },
      },
    ],
  });

describe('the webhooks service with a NATS and a registry of its own', () => {
  const prefix = `webhooks-${randomUUID().slice(0, 8)}`;
  const stack = new AsyncDisposableStack();
  let nats: NatsServer;
  let service: ServiceProcess;
  let registry: RegistryServer;
  let bus: Bus;
  let hooks: string;
  const stored: Push[] = [];

  beforeAll(async () => {
    nats = stack.use(await startNats());
    service = stack.use(await startService('webhooks', config(nats.url, prefix)));
    hooks = await hooksOf(service);
    registry = stack.use(await startRegistry({ notifications: { url: hooks, authorization: `Bearer ${SECRET}` } }));
    bus = stack.use(await connectBus({ servers: nats.url, name: 'test', prefix }));
    bus.subscribe(RegistryPush, { stream: WebhookStream, from: 'all', onEvent: ({ data }) => void stored.push(data) });
  });
  afterAll(() => stack.disposeAsync());

  const post = (body: string, authorization = `Bearer ${SECRET}`) =>
    fetch(hooks, { method: 'POST', headers: { authorization }, body });
  const storedTags = () => stored.map(({ tag }) => tag);

  test('a push to a real registry becomes one hint, and its parts none', async () => {
    const list = buildIndex([
      buildImage({ seed: 1 }),
      buildImage({ seed: 2, platform: { architecture: 'arm64', os: 'linux' } }),
    ]);
    const digest = await pushImage(registry.host, 'shop/web', 'latest', list);
    await expect.poll(() => stored, { timeout: 10_000 }).toHaveLength(1);
    expect(stored[0]).toMatchObject({
      source: 'distribution',
      registry: registry.host,
      repository: 'shop/web',
      tag: 'latest',
      claimedDigest: digest,
      verified: 'token',
    });
  });

  test('a delivery that comes twice is one message', async () => {
    const id = randomUUID();
    for (const tag of ['twice', 'twice', 'after']) expect((await post(envelope(id, tag))).status).toBe(202);
    await expect.poll(storedTags).toContain('after');
    expect(storedTags().filter((tag) => tag === 'twice')).toHaveLength(1);
  });

  test('a wrong secret and a broken body store nothing, and neither is logged', async () => {
    expect((await post(envelope(randomUUID(), 'forged'), 'Bearer guessed-secret')).status).toBe(401);
    expect((await post('broken-body-content')).status).toBe(400);
    expect((await post(envelope(randomUUID(), 'marker'), 'Bearer rotated-out')).status).toBe(202);
    await expect.poll(storedTags).toContain('marker');
    expect(storedTags()).not.toContain('forged');
    const log = JSON.stringify(service.lines());
    for (const secret of ['guessed-secret', 'broken-body-content', SECRET]) expect(log).not.toContain(secret);
  });

  test('metrics say what became of deliveries', async () => {
    const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(text).toMatch(/tagstream_webhooks_accepted_total\{receiver="distribution",sender="distribution"\} [1-9]/);
    expect(text).toMatch(
      /tagstream_webhooks_rejected_total\{receiver="distribution",sender="distribution",status="401"\} 1/,
    );
    expect(text).toMatch(
      /tagstream_webhooks_ignored_total\{receiver="distribution",sender="distribution",reason="media-type"\} [1-9]/,
    );
  });

  test('while NATS is away senders are told to come back, and the registry does', async () => {
    await nats.kill();
    const refused = await post(envelope(randomUUID(), 'refused'));
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await expect.poll(async () => (await fetch(`${service.adminUrl}/readyz`)).status, { timeout: 10_000 }).toBe(503);
    const digest = await pushImage(registry.host, 'shop/web', 'during-outage', buildImage({ seed: 3 }));
    await nats.restart();
    await expect
      .poll(() => stored.find(({ tag }) => tag === 'during-outage')?.claimedDigest, { timeout: 20_000 })
      .toBe(digest);
    expect((await fetch(`${service.adminUrl}/readyz`)).status).toBe(200);
  });
});

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, connectBus } from '@tagstream/bus';
import { RegistryPush, WebhookStream } from '@tagstream/events';
import { type NatsServer, type ServiceProcess, startNats, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Push } from '../src/push-publisher.ts';
import { sampleRequest } from '../src/send-sample.ts';

const SECRET = 'correct-horse-battery';
const NEW_SECRET = 'battery-horse-correct';

/** Longer than a change of the file takes to be noticed. */
const soon = { timeout: 10_000 };

describe('the webhooks service with a receivers file', () => {
  const prefix = `receivers-${randomUUID().slice(0, 8)}`;
  const stack = new AsyncDisposableStack();
  const stored: Push[] = [];
  let nats: NatsServer;
  let service: ServiceProcess;
  let bus: Bus;
  let baseUrl: string;
  let file: string;

  const write = (...lines: readonly string[]) =>
    writeFile(file, `receivers:\n${lines.map((line) => `  - ${line}\n`).join('')}`);
  const github = (secret: string) => `{ name: org, sender: github, secrets: [{ value: ${secret} }] }`;
  const native = `{ name: ci, sender: native, secrets: [{ env: CI_SECRET }], repositories: [quay.io/shop/*] }`;

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'receivers-'));
    stack.defer(() => rm(dir, { recursive: true }));
    file = join(dir, 'receivers.yaml');
    await write(github(SECRET), native);
    nats = stack.use(await startNats());
    service = stack.use(
      await startService('webhooks', {
        NATS_URL: nats.url,
        TAGSTREAM_PREFIX: prefix,
        TAGSTREAM_ADMIN_HOST: '127.0.0.1',
        TAGSTREAM_HTTP_HOST: '127.0.0.1',
        TAGSTREAM_HTTP_PORT: '0',
        TAGSTREAM_RECEIVERS: file,
        CI_SECRET: SECRET,
      }),
    );
    baseUrl = String((await service.logged((line) => line.message === 'hooks open')).address);
    bus = stack.use(await connectBus({ servers: nats.url, name: 'test', prefix }));
    bus.subscribe(RegistryPush, { stream: WebhookStream, from: 'all', onEvent: ({ data }) => void stored.push(data) });
  });
  afterAll(() => stack.disposeAsync());

  const sendSample = (secret: string) => {
    const { url, ...init } = sampleRequest({
      baseUrl,
      receiver: { name: 'org', sender: 'github' },
      proof: { secret },
      nowMs: Date.now(),
    });
    return fetch(url, init);
  };
  const announce = (push: object) =>
    fetch(`${baseUrl}/hooks/ci`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}` },
      body: JSON.stringify(push),
    });
  const storedTags = () => stored.map(({ tag }) => tag);
  const readiness = async () => (await fetch(`${service.adminUrl}/readyz`)).json();

  test('takes a signed delivery, and says how it was verified', async () => {
    expect((await sendSample(SECRET)).status).toBe(202);
    await expect
      .poll(() => stored)
      .toMatchObject([{ source: 'github', registry: 'ghcr.io', repository: 'shop/web', verified: 'hmac' }]);
  });

  test('answers the same delivery again and stores nothing', async () => {
    const again = await sendSample(SECRET);
    expect([again.status, await again.json()]).toEqual([
      202,
      { accepted: 0, ignored: [{ reason: 'duplicate', count: 1 }] },
    ]);
  });

  test('has only the receivers of the file', async () => {
    const response = await fetch(`${baseUrl}/hooks/quay`, {
      method: 'POST',
      headers: { authorization: SECRET },
      body: '{}',
    });
    expect(response.status).toBe(404);
  });

  test('stores a burst for one tag as its first and its last, and answers everybody', async () => {
    const burst = Array.from({ length: 20 }, () => announce({ image: 'quay.io/shop/web:burst' }));
    const statuses = (await Promise.all(burst)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([202]));
    await announce({ image: 'quay.io/shop/web:after-burst' });
    await expect.poll(storedTags).toContain('after-burst');
    const hints = storedTags().filter((tag) => tag === 'burst').length;
    expect(hints).toBeGreaterThanOrEqual(2);
    expect(hints).toBeLessThan(10);
  });

  test('takes nothing about repositories that a receiver is not for', async () => {
    const response = await announce({ image: 'quay.io/other/web:1' });
    expect(await response.json()).toEqual({ accepted: 0, ignored: [{ reason: 'not-allowed', count: 1 }] });
  });

  test('takes up a new secret without a restart', async () => {
    await write(github(NEW_SECRET), native);
    await expect.poll(async () => (await sendSample(NEW_SECRET)).status, soon).toBe(202);
    expect((await sendSample(SECRET)).status).toBe(401);
  });

  test('keeps its receivers while the file is broken, and says so', async () => {
    await write('{ name: org, sender: githib, allowAnybody: true }');
    await expect.poll(readiness, soon).toMatchObject({
      ready: true,
      checks: { receivers: { detail: expect.stringMatching(/refused: .*no such sender/) } },
    });
    expect((await sendSample(NEW_SECRET)).status).toBe(202);
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^tagstream_webhooks_receivers_current 0$/m);
    expect(metrics).toMatch(/^tagstream_webhooks_receivers_reloads_total\{result="refused"\} 1$/m);
    await write(github(SECRET), native);
    await expect.poll(readiness, soon).toMatchObject({ checks: { receivers: { detail: '2 receivers' } } });
  });

  test('tells its deliveries by receiver and sender, and no secret', async () => {
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^tagstream_webhooks_accepted_total\{receiver="org",sender="github"\} 1$/m);
    expect(metrics).toMatch(
      /^tagstream_webhooks_ignored_total\{receiver="ci",sender="native",reason="not-allowed"\} 1$/m,
    );
    expect(metrics).toMatch(/^tagstream_webhooks_merged_total [1-9]\d*$/m);
    expect(metrics).toMatch(/^tagstream_webhooks_push_age_seconds_count\{receiver="org",sender="github"\} [1-9]\d*$/m);
    const log = JSON.stringify(service.lines());
    for (const secret of [SECRET, NEW_SECRET]) expect(log).not.toContain(secret);
  });
});

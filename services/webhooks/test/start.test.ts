import { createHealth, createLog, createMetrics, systemClock } from '@tagstream/service';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { config } from '../src/config.ts';
import { startWebhooks } from '../src/start.ts';

/** Nothing listens there: port 1 belongs to a protocol that nobody runs. */
const NO_NATS = 'nats://127.0.0.1:1';

describe('the start of the webhooks service', () => {
  let stop: AbortController;
  let resources: AsyncDisposableStack;
  let lines: Record<string, unknown>[];

  beforeEach(() => {
    stop = new AbortController();
    resources = new AsyncDisposableStack();
    lines = [];
  });
  afterEach(async () => {
    stop.abort();
    await resources.disposeAsync();
  });

  function contextOf(env: Record<string, string>) {
    const log = createLog({
      service: 'webhooks',
      level: 'info',
      destination: { write: (line) => void lines.push(JSON.parse(line)) },
    });
    return {
      name: 'webhooks',
      config: config.parse({ NATS_URL: NO_NATS, TAGSTREAM_HTTP_PORT: '0', TAGSTREAM_HTTP_HOST: '127.0.0.1', ...env }),
      log,
      clock: systemClock,
      signal: stop.signal,
      metrics: createMetrics(),
      health: createHealth({ log }),
      fail: (error: unknown) => stop.abort(error),
      page: () => undefined,
      defer: <T extends AsyncDisposable>(resource: T) => resources.use(resource),
    };
  }

  test('opens the hooks before NATS is there: not ready, and 503 to those who come', async () => {
    const context = contextOf({ TAGSTREAM_WEBHOOK_SECRETS: 's' });
    const starting = startWebhooks(context, {});
    starting.catch(() => undefined);
    await expect.poll(() => lines.map(({ message }) => message)).toContain('hooks open');
    const address = String(lines.find(({ message }) => message === 'hooks open')?.address);
    const body = JSON.stringify({
      events: [{ id: '1', action: 'push', target: { repository: 'a/b', tag: '1' }, request: { host: 'quay.io' } }],
    });
    const hook = `${address}/hooks/distribution`;
    const response = await fetch(hook, { method: 'POST', headers: { authorization: 'Bearer s' }, body });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await context.health.report()).toMatchObject({
      ready: false,
      checks: { nats: { ready: false, detail: expect.stringContaining('NATS') } },
    });
    stop.abort(new Error('stopped'));
    await expect(starting).rejects.toThrow();
  });

  test.each([
    ['no secret', {}, 'TAGSTREAM_WEBHOOK_SECRETS is required'],
    ['a secret that is only commas', { TAGSTREAM_WEBHOOK_SECRETS: ' , ' }, 'TAGSTREAM_WEBHOOK_SECRETS is required'],
    ['a proxy that is none', { TAGSTREAM_WEBHOOK_SECRETS: 's', TAGSTREAM_TRUSTED_PROXIES: 'lb' }, '"lb" is no network'],
    ['a file that is not there', { TAGSTREAM_RECEIVERS: '/nowhere/receivers.yaml' }, 'cannot be read'],
    ['an alias that is none', { TAGSTREAM_WEBHOOK_SECRETS: 's', TAGSTREAM_REGISTRY_ALIASES: 'a' }, '"a" is no alias'],
  ])('fails with %s', async (_what, env, sentence) => {
    await expect(startWebhooks(contextOf(env), {})).rejects.toThrow(sentence);
  });
});

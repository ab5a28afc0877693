import type { AddressInfo } from 'node:net';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import type { HookServerDeps } from '../src/hook-server.ts';
import { ProofError } from '../src/proofs/proof-error.ts';
import { createRateLimit } from '../src/rate-limit.ts';
import { sameForAllSenders } from '../src/receivers/make-receiver.ts';
import { networkMatcher } from '../src/receivers/networks.ts';
import type { Receiver } from '../src/receivers/receiver.ts';
import { registryNames } from '../src/registry-names.ts';
import { secretsOf } from '../src/secrets.ts';
import { sampleRequest } from '../src/send-sample.ts';
import { SECRET, type TestHooks, testHooks } from './hooks.ts';

const all = sameForAllSenders(secretsOf([SECRET]), registryNames(new Map()));

/** The receivers of all senders, each changed in the same way. */
const receiversWith = (change: Partial<Receiver>) => ({
  get: (name: string) => {
    const receiver = all.get(name);
    return receiver && { ...receiver, ...change };
  },
});

describe('a request to a hook', () => {
  let hooks: TestHooks;
  const start = (change: Partial<HookServerDeps> = {}) => {
    hooks = testHooks(change);
    return hooks.app;
  };
  afterEach(() => hooks.app.close());

  const sample = (sender: string) => {
    const request = sampleRequest({
      baseUrl: 'http://hooks',
      receiver: { name: sender, sender },
      proof: { secret: SECRET },
      nowMs: Date.now(),
    });
    return { method: request.method, url: new URL(request.url).pathname, headers: request.headers, body: request.body };
  };
  const bearer = { authorization: `Bearer ${SECRET}` };

  test('that asks for permission to send gets it', async () => {
    const response = await start().inject({
      method: 'OPTIONS',
      url: `/hooks/azure-event-grid/${SECRET}`,
      headers: {
        'webhook-request-origin': 'eventgrid.azure.net',
        'webhook-request-rate': '120',
        'webhook-request-callback': 'http://169.254.169.254/',
      },
    });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      allow: 'POST',
      'webhook-allowed-origin': 'eventgrid.azure.net',
      'webhook-allowed-rate': '*',
    });
  });

  test.each([
    ['without the secret', '/hooks/cloudevents', {}, 401],
    ['with a wrong secret', '/hooks/cloudevents/wrong', {}, 401],
    ['from a sender that has no such question', '/hooks/quay', bearer, 405],
    ['for a hook that there is not', '/hooks/nobody', bearer, 404],
  ])('that asks for permission %s does not get it', async (_what, url, headers, status) => {
    const origin = { 'webhook-request-origin': 'eventgrid.azure.net' };
    const response = await start().inject({ method: 'OPTIONS', url, headers: { ...origin, ...headers } });
    expect(response.statusCode).toBe(status);
    expect(response.headers).not.toHaveProperty('webhook-allowed-origin');
  });

  test('does not get an origin back that is none', async () => {
    const headers = { ...bearer, 'webhook-request-origin': 'a b, <script>' };
    const response = await start().inject({ method: 'OPTIONS', url: '/hooks/cloudevents', headers });
    expect(response.headers).not.toHaveProperty('webhook-allowed-origin');
  });

  test('that only tests is answered with 200 and stores nothing', async () => {
    const { url, headers } = sample('harbor');
    const response = await start().inject({ method: 'POST', url, headers, body: Buffer.alloc(0) });
    expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok' }]);
    expect(hooks.stored).toEqual([]);
    expect(hooks.facts).toEqual(['received harbor', 'answered harbor']);
  });

  test.each([
    ['is confirmed', async () => true, 200, { status: 'confirmed' }],
    ['of a topic that nobody knows is not', async () => false, 200, { status: 'unknown topic' }],
    [
      'that SNS does not take is asked to come again',
      () => Promise.reject(new ProofError('503')),
      503,
      expect.anything(),
    ],
  ])('that asks to confirm a subscription %s', async (_what, confirm, status, body) => {
    const { url, headers } = sample('ecr-sns');
    const asked = { Type: 'SubscriptionConfirmation', TopicArn: 'arn:x', Token: 'ab' };
    const response = await start({ receivers: receiversWith({ confirm }) }).inject({
      method: 'POST',
      url,
      headers,
      body: JSON.stringify(asked),
    });
    expect([response.statusCode, response.json()]).toEqual([status, body]);
  });

  test('that cannot be verified now is asked to come again', async () => {
    const authenticate = () => Promise.reject(new ProofError('the keys are away'));
    const response = await start({ receivers: receiversWith({ authenticate }) }).inject(sample('google'));
    expect(response.statusCode).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(hooks.stored).toEqual([]);
  });

  test('about a repository that the receiver does not take is counted and stores nothing', async () => {
    const takes = (registry: string, repository: string) => `${registry}/${repository}` === 'quay.io/shop/api';
    const response = await start({ receivers: receiversWith({ takes }) }).inject(sample('quay'));
    expect([response.statusCode, response.json()]).toEqual([
      202,
      { accepted: 0, ignored: [{ reason: 'not-allowed', count: 2 }] },
    ]);
    expect(hooks.stored).toEqual([]);
  });

  test('that the stream knows already is told so', async () => {
    const response = await start({ publisher: { publish: async () => 'duplicate' } }).inject(sample('harbor'));
    expect(response.json()).toEqual({ accepted: 0, ignored: [{ reason: 'duplicate', count: 2 }] });
  });

  test('that names a tag twice stores it once, and its id is made of both', async () => {
    const image = { image: 'quay.io/shop/web:1' };
    const images = [
      { ...image, id: 'a' },
      { ...image, id: 'b' },
    ];
    const body = JSON.stringify({ images });
    const response = await start().inject({ method: 'POST', url: '/hooks/native', headers: bearer, body });
    expect(response.statusCode).toBe(202);
    expect(hooks.stored.map(({ deliveryId }) => deliveryId)).toEqual([expect.stringMatching(/^merged-/)]);
  });

  describe('from the wrong place', () => {
    const isFrom = networkMatcher(['10.0.0.0/8']);

    test('is refused before its body is read', async () => {
      const response = await start({ receivers: receiversWith({ isFrom }) }).inject({
        ...sample('quay'),
        remoteAddress: '192.0.2.1',
      });
      expect(response.statusCode).toBe(403);
      expect(hooks.facts).toEqual(['rejected quay 403']);
    });

    test.each([
      ['is not believed to come from elsewhere', [], '10.1.2.3', 403],
      ['is believed by a proxy that is trusted', ['192.0.2.0/24'], '10.1.2.3', 202],
      ['is believed only as far as trusted proxies go', ['192.0.2.0/24'], '10.1.2.3, 198.51.100.7', 403],
      ['is not helped by a made-up address', ['192.0.2.0/24'], 'garbage', 403],
    ])('%s', async (_what, trustedProxies, forwardedFor, status) => {
      const request = sample('quay');
      const response = await start({ receivers: receiversWith({ isFrom }), trustedProxies }).inject({
        ...request,
        headers: { ...request.headers, 'x-forwarded-for': forwardedFor },
        remoteAddress: '192.0.2.1',
      });
      expect(response.statusCode).toBe(status);
    });
  });

  test('that is one too many is refused and told when to come back', async () => {
    const app = start({ rateLimit: createRateLimit(1, () => 0) });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++)
      statuses.push((await app.inject({ ...sample('quay'), remoteAddress: '10.0.0.1' })).statusCode);
    expect(statuses).toEqual([202, 202, 202, 202, 429]);
    expect((await app.inject({ ...sample('quay'), remoteAddress: '10.0.0.1' })).headers['retry-after']).toBe('1');
    expect((await app.inject({ ...sample('quay'), remoteAddress: '10.0.0.2' })).statusCode).toBe(202);
  });

  describe('on a connection', () => {
    /** Sends bytes and resolves to all that comes back until the server closes. */
    async function exchange(app: FastifyInstance, ...chunks: readonly string[]): Promise<string> {
      if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
      const socket = createConnection({ host: '127.0.0.1', port: (app.server.address() as AddressInfo).port });
      for (const chunk of chunks) socket.write(chunk);
      return text(socket);
    }
    const head = (more: string) =>
      `POST /hooks/harbor HTTP/1.1\r\nhost: h\r\nauthorization: ${SECRET}\r\n${more}\r\n\r\n`;

    test('is refused by its length before it sends its body', async () => {
      expect(await exchange(start(), head('content-length: 1048577'))).toMatch(
        /^HTTP\/1\.1 413 .*larger than 1048576/s,
      );
    });

    test('is cut off when it sends more than it may without telling its length', async () => {
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const chunks = Array.from({ length: 17 }, () => chunk);
      // A sender that is still sending may see the end of the connection before the answer.
      const answer = await exchange(start(), head('transfer-encoding: chunked'), ...chunks).catch(() => '');
      expect(answer).toMatch(/^(?:HTTP\/1\.1 413 .*)?$/s);
      await expect.poll(() => hooks.facts).toEqual(['rejected harbor 413']);
      expect(hooks.stored).toEqual([]);
    });

    test('that is no HTTP is refused', async () => {
      expect(await exchange(start(), 'EHLO hooks.example.com\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    });

    test('whose headers are too long is refused', async () => {
      expect(await exchange(start(), head(`x: ${'x'.repeat(20_000)}`))).toMatch(/^HTTP\/1\.1 431 /);
    });

    test('that ends in the middle of its body leaves nothing reserved', async () => {
      const app = start();
      await app.listen({ host: '127.0.0.1', port: 0 });
      const { port } = app.server.address() as AddressInfo;
      for (let i = 0; i < 20; i++) {
        const socket = createConnection({ host: '127.0.0.1', port });
        socket.write(`${head('content-length: 1048576')}x`);
        await expect.poll(() => socket.bytesWritten).toBeGreaterThan(0);
        await new Promise<void>((resolve) => app.server.once('request', () => resolve()));
        socket.destroy();
        await new Promise<void>((resolve) => socket.once('close', () => resolve()));
      }
      await expect
        .poll(
          async () =>
            (
              await fetch(`http://127.0.0.1:${port}/hooks/harbor`, {
                method: 'POST',
                headers: { authorization: SECRET },
              })
            ).status,
        )
        .toBe(200);
    });
  });
});

import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { SecretRead } from '../../src/git/hook-secrets.ts';
import { createRateLimit } from '../../src/rate-limit.ts';
import { testHooks } from '../hooks.ts';
import { allTriggers, buildConfig, builtBy, gitRequest, type TestGitHooks, testGitHooks } from './git-hooks.ts';

const SECRET = 'in-the-url';
const config = buildConfig(allTriggers({ secret: SECRET }));
const path = (secret: string) => gitRequest('github', secret).url;

describe('limits of git hooks', () => {
  let hooks: TestGitHooks | undefined;
  afterEach(async () => hooks?.app.close());

  test('a body is taken up to 4 MiB, and not at all from one who does not know the secret', async () => {
    hooks = testGitHooks({ config });
    const { headers } = gitRequest('github', SECRET);
    const body = (bytes: number) => {
      const text = gitRequest('github', SECRET).body;
      return text + ' '.repeat(bytes - Buffer.byteLength(text));
    };
    const send = (secret: string, bytes: number) =>
      hooks?.app.inject({ method: 'POST', url: path(secret), headers, body: body(bytes) });
    expect((await send(SECRET, 4 * 1024 * 1024))?.statusCode).toBe(200);
    const large = await send(SECRET, 4 * 1024 * 1024 + 1);
    expect(large?.json()).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' });
    expect((await send('another', 4 * 1024 * 1024))?.statusCode).toBe(401);
  });

  test('a stranger is answered before he has sent anything of his body', async () => {
    hooks = testGitHooks({ config });
    const { port } = new URL(await hooks.app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
    socket.write(`POST ${path('another')} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
    await once(socket, 'close');
  });

  test('the rate of a source is bounded, also of requests to hooks that there are not', async () => {
    const { app } = testHooks({
      gitHooks: {
        configs: () => undefined,
        secrets: { read: async () => ({ kind: 'missing' }) },
        start: () => Promise.reject(new Error('not expected')),
        defer: () => Promise.reject(new Error('not expected')),
        now: Date.now,
        newId: () => 'id',
        onLater: () => undefined,
        telemetry: {
          received: () => undefined,
          gitReceived: () => undefined,
          gitRejected: () => undefined,
          wrongSecret: () => undefined,
          failed: () => undefined,
        },
      },
      rateLimit: createRateLimit(1, () => 0),
    });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await app.inject(gitRequest('github', SECRET))).statusCode);
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
    const limited = await app.inject(gitRequest('github', SECRET));
    expect(limited.headers['retry-after']).toBe('1');
    expect(limited.json()).toMatchObject({ kind: 'Status', reason: 'TooManyRequests' });
    await app.close();
  });

  test('a call without a body takes no room from others', async () => {
    const building = Promise.withResolvers<void>();
    const { orders, app } = testGitHooks({
      config,
      change: {
        start: async (order) => {
          orders.push(order);
          await building.promise;
          return { kind: 'built', build: builtBy(order, orders.length) };
        },
      },
    });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const url = address + path(SECRET).replace('/github', '/generic');
    const calls = Array.from({ length: 20 }, () => fetch(url, { method: 'POST' }));
    await expect.poll(() => orders.length).toBe(20);
    building.resolve();
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    await app.close();
  });

  test('what one who went away was to have is given back', async () => {
    let answerLater = Promise.withResolvers<SecretRead>();
    hooks = testGitHooks({
      config: buildConfig(allTriggers({ secretReference: { name: 'hook' } })),
      change: { secrets: { read: () => answerLater.promise } },
    });
    const address = await hooks.app.listen({ host: '127.0.0.1', port: 0 });
    const { facts } = hooks;
    // As many as there is room for, each of unknown length, which counts as the largest.
    for (let i = 0; i < 4; i++) {
      const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(address).port) });
      socket.write(`POST ${path(SECRET)} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`);
      await expect.poll(() => facts.length).toBe(i + 1);
      socket.destroy();
      await once(socket, 'close');
    }
    const connections = () => new Promise<number>((resolve) => hooks?.app.server.getConnections((_e, n) => resolve(n)));
    await expect.poll(connections).toBe(0);
    answerLater.resolve({ kind: 'found', secret: { value: SECRET, signing: [] } });
    answerLater = Promise.withResolvers();
    answerLater.resolve({ kind: 'found', secret: { value: SECRET, signing: [] } });
    const { headers, body } = gitRequest('github', SECRET);
    const chunks = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { ...headers }, body: chunks, duplex: 'half' } as RequestInit;
    expect((await fetch(address + path(SECRET), init)).status).toBe(200);
  });
});

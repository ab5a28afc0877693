import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { isAlive } from '../src/is-alive.ts';
import { ServersError } from '../src/servers-error.ts';
import { startService } from '../src/service-process.ts';

const main = join(import.meta.dirname, 'fixtures/service.ts');
let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tagstream-service-test-'));
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a service as a process', () => {
  test('is ready when it is returned, and its log lines can be awaited', async () => {
    await using service = await startService('poller', { GREETING: 'hello' }, { main, dir });

    const started = await service.logged((line) => line.msg === 'started');
    const asked = service.logged((line) => line.url === '/later');
    await fetch(`${service.adminUrl}/later`);

    expect(started.greeting).toBe('hello');
    expect(await asked).toMatchObject({ msg: 'request' });
    expect(service.lines().at(-1)).toMatchObject({ url: '/later' });
    expect(await readFile(service.logPath, 'utf8')).toContain('"url":"/later"');
  });

  test('gets nothing of the environment but what it is given', async () => {
    vi.stubEnv('NATS_URL', 'nats://not.for.the.service');
    await using service = await startService('poller', {}, { main, dir });

    expect(await service.logged((line) => line.msg === 'started')).toMatchObject({ home: 'none' });
  });

  test('ends in order at stop, at once at kill, and restarts on the same address', async () => {
    await using service = await startService('poller', {}, { main, dir });
    const [address, first] = [service.adminUrl, service.pid ?? 0];

    await service.stop();
    expect(await service.exited).toBe(0);
    expect(service.lines().at(-1)).toMatchObject({ msg: 'stopping' });

    await service.restart();
    await service.kill();
    expect(await service.exited).toBe(128 + 9);

    await service.restart();
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect(service.pid).not.toBe(first);
    expect(isAlive(first)).toBe(false);
  });

  test('that ends before it is ready is an error with the end of its log and the path', async () => {
    const error = await startService('poller', { FAIL: 'NATS_URL is required' }, { main, dir }).catch(
      (e: unknown) => e,
    );

    expect(error).toBeInstanceOf(ServersError);
    expect(error).toMatchObject({ code: 'start_failed', retryable: false });
    expect((error as Error).message).toMatch(
      /^poller ended with code 1 before it was ready\. Its log .*poller\.log ends/,
    );
    expect((error as Error).message).toContain('NATS_URL is required');
  });

  test('whose awaited line does not come is an error with its newest lines', async () => {
    await using service = await startService('poller', { GREETING: 'hello' }, { main, dir });

    await expect(service.logged((line) => line.msg === 'never', 50)).rejects.toThrow(/poller did not log.*"hello"/s);
  });
});

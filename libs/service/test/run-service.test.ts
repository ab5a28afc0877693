import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';

interface Line {
  readonly message: string;
  readonly level: string;
  readonly address?: string;
  readonly resource?: string;
  readonly asked?: boolean;
  readonly err?: { readonly message: string };
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts the sample service as a process of its own. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, 'fixtures/service.ts')], {
    env: { TAGSTREAM_ADMIN_HOST: '127.0.0.1', TAGSTREAM_ADMIN_PORT: '0', ...env },
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const exit = once(child, 'close').then(([code]) => code as number);
  const lines = () => out.split('\n').flatMap((line): Line[] => (line.endsWith('}') ? [JSON.parse(line)] : []));
  return {
    child,
    exit,
    lines,
    messages: () => lines().map(({ message }) => message),
    errors: () => err,
    said: (message: string) =>
      expect.poll(() => lines().map((line) => line.message), { timeout: 8000 }).toContain(message),
  };
}

test('SIGTERM disposes of everything in reverse order and ends with 0', async () => {
  const service = start({ SAMPLE_MODE: 'run' });
  await service.said('service started');

  service.child.kill('SIGTERM');

  expect(await service.exit).toBe(0);
  const disposed = service.lines().filter(({ message }) => message === 'disposed');
  expect(disposed.map(({ resource, asked }) => [resource, asked])).toEqual([
    ['second', true],
    ['first', true],
  ]);
  expect(service.messages().at(-1)).toBe('service stopped');
});

test('the admin server answers from before the start until after the last resource', async () => {
  const service = start({ SAMPLE_MODE: 'wait' });
  await service.said('waiting');
  const address = service.lines().find((line) => line.address)!.address!;

  expect((await fetch(`${address}/healthz`)).status).toBe(200);
  const ready = await fetch(`${address}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { service: { ready: false, detail: 'starting' } } });
  service.child.kill('SIGINT');

  expect(await service.exit).toBe(0);
  expect(service.messages()).not.toContain('service failed');
});

test('an environment that makes no configuration is told in sentences and ends with 2', async () => {
  const service = start({ TAGSTREAM_ADMIN_PORT: 'many' });

  expect(await service.exit).toBe(2);
  expect(service.errors()).toContain('sample cannot start with this environment:');
  expect(service.errors()).toContain('TAGSTREAM_ADMIN_PORT is "many": expected an integer from 0 to 65535');
  expect(service.errors()).toContain('SAMPLE_MODE is required: What to do (expected one of run, wait,');
});

test.each([
  ['a start that throws', 'throw', 'cannot start'],
  ['a failure that it reports later', 'fail', 'lost for good'],
])('%s is logged, everything is disposed of, and the process ends with 1', async (_, mode, message) => {
  const service = start({ SAMPLE_MODE: mode });

  expect(await service.exit).toBe(1);
  expect(service.lines().find(({ level }) => level === 'fatal')).toMatchObject({
    message: 'service failed',
    err: { message },
  });
  expect(service.messages().filter((said) => said === 'disposed')).toHaveLength(2);
});

test('a rejection that nobody handles is logged and ends the process with 1', async () => {
  const service = start({ SAMPLE_MODE: 'reject' });

  expect(await service.exit).toBe(1);
  expect(service.lines().at(-1)).toMatchObject({
    level: 'fatal',
    message: 'unhandled rejection',
    err: { message: 'nobody listens' },
  });
});

test('a second signal ends a stop that hangs at once with 2', async () => {
  const service = start({ SAMPLE_MODE: 'hang' });
  await service.said('service started');
  service.child.kill('SIGTERM');
  await service.said('service stopping');

  service.child.kill('SIGTERM');

  expect(await service.exit).toBe(2);
});

test('a stop that hangs is ended after 10 s with 2', { timeout: 20_000 }, async () => {
  const service = start({ SAMPLE_MODE: 'hang' });
  await service.said('service started');

  service.child.kill('SIGTERM');

  expect(await service.exit).toBe(2);
  expect(service.messages()).toContain('service did not stop in time');
});

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT_DIR = join(import.meta.dirname, '../..');
/** Nothing listens there: the service is alive and not ready. */
const NO_NATS = 'nats://127.0.0.1:1';

let dir: string;
let bundle: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tagstream-build-'));
  bundle = join(dir, 'webhooks.mjs');
  await build(['--out', dir, 'webhooks']);
}, 60_000);

afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a bundled service, far from node_modules', () => {
  test('answers on its admin port and stops with 0 on SIGTERM', async () => {
    const service = run({
      NATS_URL: NO_NATS,
      TAGSTREAM_ADMIN_HOST: '127.0.0.1',
      TAGSTREAM_ADMIN_PORT: '0',
      TAGSTREAM_HTTP_HOST: '127.0.0.1',
      TAGSTREAM_HTTP_PORT: '0',
      TAGSTREAM_WEBHOOK_SECRETS: 'only-for-this-test',
    });

    const answer = await fetch(`${await adminAddress(service.stdout)}/healthz`);
    service.kill('SIGTERM');

    expect(await answer.json()).toEqual({ alive: true });
    expect(await service).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('says what is wrong with its environment and ends with 2', async () => {
    const { exitCode, stdout, stderr } = await run({ TAGSTREAM_ADMIN_PORT: 'none', TAGSTREAM_LOG_LEVEL: 'loud' });

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      'webhooks cannot start with this environment:',
      '  TAGSTREAM_ADMIN_PORT is "none": expected an integer from 0 to 65535',
      '  TAGSTREAM_LOG_LEVEL is "loud": expected one of trace, debug, info, warn, error, fatal',
    ]);
  });
});

describe('the source map of a bundle', () => {
  test('leads from our own code to its line', () => {
    const text = "'hooks open'";

    const { source, line } = originOf(/["']hooks open["']/);

    expect(source).toMatch(/services\/webhooks\/src\/start\.ts$/);
    expect(readFileSync(join(ROOT_DIR, 'services/webhooks/src/start.ts'), 'utf8').split('\n')[line]).toContain(text);
  });

  test('leads from a package to its file and no further, so that it stays small', () => {
    const { source, line } = originOf(/FST_ERR_CTP_BODY_TOO_LARGE/);

    expect(source).toMatch(/node_modules\/fastify\/lib\/errors\.js$/);
    expect(line).toBe(0);
    expect(readFileSync(`${bundle}.map`).byteLength).toBeLessThan(readFileSync(bundle).byteLength / 4);
  });
});

test('a service that does not exist is refused with the names of those that do', async () => {
  const { exitCode, stderr } = await build(['webhook'], { reject: false });

  expect(exitCode).toBe(2);
  expect(stderr).toBe('No service named webhook. There are: builder, builds, poller, rollout, trigger, webhooks.');
});

function build(args: readonly string[], options: { readonly reject?: boolean } = {}) {
  return execa(process.execPath, [join(ROOT_DIR, 'dev/src/build.ts'), ...args], options);
}

function run(env: Readonly<Record<string, string>>) {
  return execa(process.execPath, ['--enable-source-maps', bundle], { cwd: dir, env, extendEnv: false, reject: false });
}

/** The address in the first line of the log. */
async function adminAddress(stdout: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    const { address } = JSON.parse(line) as { readonly address?: string };
    if (address !== undefined) return address;
  }
  throw new Error('The service ended without telling its address.');
}

/** Where the first place of the bundle that matches comes from; lines count from 0. */
function originOf(pattern: RegExp): { readonly source: string; readonly line: number } {
  const lines = readFileSync(bundle, 'utf8').split('\n');
  const at = lines.findIndex((line) => pattern.test(line));
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as SourceMapPayload);
  const entry = map.findEntry(at, lines[at]?.search(pattern) ?? 0);
  if (!('originalSource' in entry)) throw new Error(`Line ${at + 1} of the bundle comes from nowhere.`);
  return { source: entry.originalSource, line: entry.originalLine };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../src/is-alive.ts';
import { superviseProcess } from '../src/supervised-process.ts';

const env = { PATH: process.env.PATH ?? '' };
let dir = '';
let log = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tagstream-supervisor-test-'));
  log = join(dir, 'log');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Starts a process that owns a supervised one, and gives the ids of both once the latter runs. */
async function startOwner(behaviour: string): Promise<{ owner: number; program: number; ended: Promise<unknown> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/supervisor-owner.ts'), behaviour, log], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { owner: child.pid ?? 0, program: Number.parseInt(line.toString(), 10), ended };
}

describe('a supervised process', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('is gone soon after %s ended its owner', async (signal) => {
    const { owner, program, ended } = await startOwner('wait');
    expect(isAlive(program)).toBe(true);

    process.kill(owner, signal);
    await ended;

    await expect.poll(() => isAlive(program), { timeout: 5_000 }).toBe(false);
  });

  test.each(['throw', 'exit'])('is gone soon after its owner ended by %s', async (behaviour) => {
    const { program, ended } = await startOwner(behaviour);
    await ended;

    await expect.poll(() => isAlive(program), { timeout: 5_000 }).toBe(false);
  });

  test('passes its exit code on, and its output to the file and the callback', async () => {
    let seen = '';
    const script = 'echo out; echo err >&2; exit 7';
    const echo = await superviseProcess({ file: 'sh', args: ['-c', script], env }, log, (chunk) => {
      seen += chunk;
    });

    expect(await echo.exited).toBe(7);
    expect(seen).toBe('out\n');
    expect(await readFile(log, 'utf8')).toContain('err\n');
    expect(await readFile(log, 'utf8')).toContain('out\n');
  });

  test('that cannot be found ends with code 127', async () => {
    const none = await superviseProcess({ file: join(dir, 'nothing-here'), args: [], env }, log);

    expect(await none.exited).toBe(127);
  });

  test('that ignores SIGTERM is killed after the grace time', async () => {
    const deaf = await superviseProcess(
      { file: 'sh', args: ['-c', 'trap "" TERM; echo up; exec sleep 3600'], env },
      log,
    );
    await expect.poll(() => readFile(log, 'utf8')).toContain('up\n');

    await deaf.stop(100);

    expect(isAlive(deaf.pid)).toBe(false);
  });

  test('runs the command for afterwards however it ended', async () => {
    const afterwards = `echo gone > "${join(dir, 'marker')}"`;
    const sleeper = await superviseProcess({ file: 'sleep', args: ['3600'], env, afterwards }, log);

    await sleeper.kill();

    expect(await readFile(join(dir, 'marker'), 'utf8')).toBe('gone\n');
  });
});

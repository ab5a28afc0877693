import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../src/execute/run-command.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tagstream-run-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const shell = (script: string) => ({
  program: '/bin/sh',
  args: ['-c', script],
  cwd: dir,
  env: { PATH: process.env.PATH ?? '' },
});
const never = new AbortController().signal;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function pidIn(file: string): Promise<number> {
  const read = async () => Number(await readFile(join(dir, file), 'utf8').catch(() => '0'));
  await expect.poll(read).toBeGreaterThan(0);
  return await read();
}

test('both outputs are told line by line, and the exit code is the program’s', async () => {
  const lines: string[] = [];

  const { code } = await runCommand(shell('echo one; echo two >&2; printf "a\\rb\\nrest"; exit 3'), {
    signal: never,
    onLine: (line) => lines.push(line),
  });

  expect(code).toBe(3);
  expect(lines.sort()).toEqual(['a', 'b', 'one', 'rest', 'two']);
});

test('standard output can be collected', async () => {
  expect(await runCommand(shell('printf "x\\0y"'), { signal: never, onLine: () => undefined, collect: true })).toEqual({
    code: 0,
    output: 'x\0y',
  });
});

test('a program that is not there ends with 127', async () => {
  const missing = { ...shell(''), program: 'no-such-program', args: [] };

  expect((await runCommand(missing, { signal: never, onLine: () => undefined })).code).toBe(127);
});

test('arguments are never read by a shell', async () => {
  const command = { ...shell(''), program: 'printf', args: ['%s', '$(touch pwned); `id`'] };

  expect((await runCommand(command, { signal: never, onLine: () => undefined, collect: true })).output).toBe(
    '$(touch pwned); `id`',
  );
});

test('an aborted signal kills the program and its children', async () => {
  const stop = new AbortController();
  const running = runCommand(shell('sh -c "echo \\$\\$ > child; sleep 600" & sleep 600'), {
    signal: stop.signal,
    onLine: () => undefined,
  });
  const child = await pidIn('child');

  stop.abort(new Error('enough'));

  await expect(running).rejects.toThrow('enough');
  await expect.poll(() => isAlive(child)).toBe(false);
});

test('what a program leaves behind ends with it', async () => {
  await runCommand(shell('sh -c "echo \\$\\$ > child; sleep 600" & while [ ! -s child ]; do :; done'), {
    signal: never,
    onLine: () => undefined,
  });
  const child = await pidIn('child');

  await expect.poll(() => isAlive(child)).toBe(false);
});

test('nothing outlives this process, even when it is killed', async () => {
  const module = join(import.meta.dirname, '../src/execute/run-command.ts');
  const script = `
    import { runCommand } from ${JSON.stringify(module)};
    await runCommand(
      { program: '/bin/sh', args: ['-c', 'echo $$ > program; sleep 600'], cwd: ${JSON.stringify(dir)}, env: { PATH: process.env.PATH } },
      { signal: new AbortController().signal, onLine: () => undefined },
    );`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
  const program = await pidIn('program');

  owner.kill('SIGKILL');
  await once(owner, 'exit');

  await expect.poll(() => isAlive(program)).toBe(false);
});

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const dev = resolve(import.meta.dirname, '..');
const lock = (version: string): string => JSON.stringify({ packages: { '': {}, 'node_modules/thing': { version } } });

/** A command that says what it sees: its arguments at first, then each signal; a second SIGINT ends it. */
const probe = `
let interrupts = 0;
process.on('SIGINT', () => { console.log('SIGINT ' + ++interrupts); if (interrupts === 2) process.exit(42); });
process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(43); });
console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2) }));
setInterval(() => {}, 60_000);
`;

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tagstream-bootstrap-test-'));
  for (const file of ['bootstrap.mjs', 'end-with-parent.mjs']) await cp(join(dev, file), join(root, 'dev', file));
  await mkdir(join(root, 'node_modules/.bin'), { recursive: true });
  await symlink(process.execPath, join(root, 'node_modules/.bin/node'));
  await write('dev/src/probe.ts', probe);
  await write('package-lock.json', lock('1.0.0'));
  await write('node_modules/.package-lock.json', lock('1.0.0'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has printed so far to both outputs. */
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

/** Starts the bootstrap, for which `npm.mjs` in the root stands in for npm. */
function start(...args: readonly string[]): Started {
  const child = spawn(process.execPath, ['dev/bootstrap.mjs', ...args], {
    cwd: root,
    env: { ...process.env, npm_execpath: join(root, 'npm.mjs') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { child, output: () => text, exited: once(child, 'close').then(([code]) => code as number | null) };
}

const SOON = { timeout: 5_000 };

describe('the bootstrap', () => {
  test('passes arguments on, forwards each interrupt, and ends with the exit code of the command', async () => {
    const { child, output, exited } = start('probe', '--project', 'unit');
    await expect.poll(output, SOON).toContain('"args":["--project","unit"]');

    child.kill('SIGINT');
    await expect.poll(output, SOON).toContain('SIGINT 1');
    const interruptAgain = (): string => {
      child.kill('SIGINT');
      return output();
    };
    // Further apart than one Ctrl-C that arrives twice.
    await expect.poll(interruptAgain, { timeout: 5_000, interval: 400 }).toContain('SIGINT 2');

    expect(await exited).toBe(42);
  });

  test('takes an interrupt that arrives twice at once for one', async () => {
    const { child, output, exited } = start('probe');
    await expect.poll(output, SOON).toContain('pid');

    for (const _ of ['from the terminal', 'from npm']) child.kill('SIGINT');
    await expect.poll(output, SOON).toContain('SIGINT 1');
    child.kill('SIGTERM');

    expect(await exited).toBe(43);
    expect(output()).not.toContain('SIGINT 2');
  });

  test('that is killed takes the command with it', async () => {
    const { child, output } = start('probe');
    await expect.poll(output, SOON).toContain('pid');

    child.kill('SIGKILL');

    await expect.poll(output, SOON).toContain('SIGTERM');
  });

  test('refuses an unknown command', async () => {
    const { output, exited } = start('../escape');

    expect(await exited).toBe(1);
    expect(output()).toMatch(/^Usage: node dev\/bootstrap\.mjs COMMAND/);
  });
});

describe('packages', () => {
  test.each([
    ['are missing', undefined],
    ['are of another version', lock('0.9.0')],
  ])('that %s are installed, with one line that says so', async (_what, installed) => {
    if (installed === undefined) await rm(join(root, 'node_modules/.package-lock.json'));
    else await write('node_modules/.package-lock.json', installed);
    const list = JSON.stringify(join(root, 'node_modules/.package-lock.json'));
    const wanted = JSON.stringify(lock('1.0.0'));
    await write('npm.mjs', `import fs from 'node:fs'; console.log('noise'); fs.writeFileSync(${list}, ${wanted});`);
    await write('dev/src/probe.ts', 'console.log("ran");');
    const { output, exited } = start('probe');

    expect(await exited).toBe(0);
    expect(output()).toMatch(/^Installing the packages of package-lock\.json; .*\nran\n$/);
  });

  test('that cannot be installed are an error with the output of npm', async () => {
    await rm(join(root, 'node_modules/.package-lock.json'));
    await write('npm.mjs', 'console.error("no network"); process.exit(1);');
    const { output, exited } = start('probe');

    expect(await exited).toBe(1);
    expect(output()).toMatch(/no network\n\nnpm install .* failed/);
  });

  test('that npm installed otherwise than package-lock.json says are an error', async () => {
    await write('node_modules/.package-lock.json', lock('0.9.0'));
    await write('npm.mjs', '');
    const { output, exited } = start('probe');

    expect(await exited).toBe(1);
    expect(output()).toContain('does not hold what package-lock.json names');
  });
});

import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { openShop, type Shop } from './support/shop.ts';

const bin = resolve(import.meta.dirname, '../bin');
let shop: Shop;
let dir: string;

beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
  dir = await mkdtemp(join(tmpdir(), 'tagstream-cli-'));
  await symlink(join(bin, 'tagstream.mjs'), join(dir, 'tagstream'));
  await symlink(join(bin, 'tagstream.mjs'), join(dir, 'kubectl-tagstream'));
  await symlink(join(bin, 'kubectl_complete-tagstream.mjs'), join(dir, 'kubectl_complete-tagstream'));
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

/** Starts a program as a shell does that has this Node and the commands on its PATH. */
function start(file: string, args: readonly string[]) {
  const path = [dir, dirname(process.execPath), process.env.PATH].join(delimiter);
  const child = spawn(file, args, {
    env: { PATH: path, HOME: dir, KUBECONFIG: inject('kubeconfig'), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => done({ code, out, err }));
  });
  return { child, ended, out: () => out };
}

const program = (...args: string[]) => start(join(dir, 'tagstream'), args).ended;

test('runs as a program: result on standard output, complaint on standard error, exit codes of both kinds', async () => {
  await shop.config('program');

  expect(await program('-n', shop.namespace, 'rollout', 'pause', 'dc/program')).toEqual({
    code: 0,
    out: 'deploymentconfig.apps.openshift.io/program paused\n',
    err: '',
  });
  expect(await program('-n', shop.namespace, 'rollout', 'pause', 'dc/program')).toEqual({
    code: 1,
    out: '',
    err: 'error: deploymentconfig.apps.openshift.io/program is already paused\n',
  });
  expect(await program('rollout', 'pause')).toMatchObject({ code: 2, out: '' });
});

test('kubectl finds it as a plugin, with the names of commands as they are given to kubectl', async () => {
  await shop.config('plugin');
  const kubectl = (...args: string[]) => start(inject('kubectl'), ['tagstream', ...args]).ended;

  expect(await kubectl('rollout', 'history', 'dc/plugin', '-n', shop.namespace)).toEqual({
    code: 0,
    out: 'deploymentconfig.apps.openshift.io/plugin\nNo rollout history found.\n',
    err: '',
  });
  expect((await kubectl('rollout', '--help')).out).toMatch(/^Usage: kubectl tagstream rollout/);
});

test('kubectl completes it', async () => {
  const { out } = await start(inject('kubectl'), ['__complete', 'tagstream', 'rollout', 'st']).ended;

  expect(out).toMatch(/^status\twait for the latest rollout$/m);
});

test('prints scripts for completion, and answers them', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    expect((await program('completion', shell)).out).toContain('tagstream');
  }
  expect((await program('complete', '--', 'set', 'triggers', '--from')).out).toBe(
    '--from-image\tfollow an image stream tag: [NAMESPACE/]STREAM:TAG\n--from-config\tstart a rollout when the pod template changes\n:4\n',
  );
  expect((await program('complete', '--', 'ex')).out).toBe(
    'explain\ttell why an object runs the images that it runs\n:4\n',
  );
});

test('a Node that does not run TypeScript hands over to the one of the checkout', async () => {
  const { code, out } = await start(process.execPath, ['--no-strip-types', join(bin, 'tagstream.mjs'), '--help']).ended;

  expect([code, out]).toEqual([0, expect.stringMatching(/^Usage: tagstream /)]);
});

test('an interrupt ends a command that waits', async () => {
  await shop.config('interrupted', {}, { latestVersion: 1 });
  const { child, ended, out } = start(join(dir, 'tagstream'), [
    '-n',
    shop.namespace,
    'rollout',
    'status',
    'dc/interrupted',
  ]);
  await expect.poll(out, { timeout: 10_000 }).toContain('Waiting');

  child.kill('SIGINT');

  expect(await ended).toMatchObject({ code: 130, err: '' });
  expect((await shop.readConfig('interrupted')).status?.latestVersion).toBe(1);
});

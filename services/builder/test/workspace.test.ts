import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loopbackRegistries, registriesConf } from '../src/buildah/configuration-files.ts';
import { makeWorkspace, removeLeftovers } from '../src/execute/workspace.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tagstream-work-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('files of a build can be read by its owner alone', async () => {
  const workspace = await makeWorkspace(parent, process.pid);

  const path = await workspace.file('auth/push.json', '{}');

  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(workspace.root)).mode & 0o077).toBe(0);
});

test('what dead processes left is removed, what live ones use is not', async () => {
  const dead = 2 ** 22 + 1; // above the highest process id
  await mkdir(join(parent, `build-${dead}-abc`));
  await mkdir(join(parent, `build-${process.ppid}-abc`));
  await mkdir(join(parent, `build-${process.pid}-abc`));
  await mkdir(join(parent, 'something-else'));

  await removeLeftovers(parent, process.pid);

  expect((await readdir(parent)).sort()).toEqual([`build-${process.ppid}-abc`, 'something-else']);
});

test('registries of this machine are found in references and Dockerfiles', () => {
  const texts = ['127.0.0.1:5000/a/b:latest', 'FROM localhost:5001/x\nFROM notlocalhost/x\nFROM a.localhost/y\n'];

  expect(loopbackRegistries(texts)).toEqual(['127.0.0.1:5000', 'localhost:5001']);
});

test('the configuration of registries names each insecure one once', () => {
  expect(registriesConf(['a:5000', 'a:5000'])).toBe(
    'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "disabled"\n\n[[registry]]\nlocation = "a:5000"\ninsecure = true\n',
  );
});

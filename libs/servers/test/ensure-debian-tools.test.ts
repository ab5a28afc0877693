import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTools, ensureDebianTools } from '@tagstream/servers';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tagstream-tools-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function program(name: string, script: string): Promise<void> {
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

const env = () => ({ PATH: dir, TAGSTREAM_CACHE: dir });

test('what is on PATH is taken as it is', async () => {
  await program('buildah', '');
  await program('git', '');
  await program('apt-get', `echo called > ${dir}/called`);

  await ensureDebianTools(buildTools, { env: env(), isRoot: true });

  await expect(readFile(join(dir, 'called'))).rejects.toThrow();
});

test('root on Debian installs what is missing', async () => {
  await program('git', '');
  await program(
    'apt-get',
    `echo "$@" >> ${dir}/calls; [ "$1" = install ] && { echo '#!/bin/sh' > ${dir}/buildah; /bin/chmod 755 ${dir}/buildah; }; exit 0`,
  );

  await ensureDebianTools(buildTools, { env: env(), isRoot: true });

  expect(await readFile(join(dir, 'calls'), 'utf8')).toBe(
    'update -qq\ninstall -y -qq --no-install-recommends buildah git\n',
  );
});

test.each([
  ['somebody who is not root is told what to install', false, true],
  ['root elsewhere is told what to install', true, false],
])('%s', async (_, isRoot, isDebian) => {
  await program('git', '');
  if (isDebian) await program('apt-get', 'exit 0');

  await expect(ensureDebianTools(buildTools, { env: env(), isRoot })).rejects.toMatchObject({
    code: 'not_installed',
    message: expect.stringMatching(/^buildah not found in PATH: .*apt-get install buildah git/),
  });
});

test('a failed installation says why', async () => {
  await program('apt-get', 'echo "E: Unable to locate package buildah" >&2; exit 100');

  await expect(ensureDebianTools(buildTools, { env: env(), isRoot: true })).rejects.toMatchObject({
    code: 'build_failed',
    message: expect.stringContaining('Unable to locate package buildah'),
  });
});

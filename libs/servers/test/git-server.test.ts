import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDebianTools, startGitServer } from '@tagstream/servers';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/** A machine without git gets it first. */
const INSTALL_TIMEOUT_MS = 300_000;

test('a commit that is pushed can be cloned, and the next one changes only what it names', {
  timeout: INSTALL_TIMEOUT_MS,
}, async () => {
  await ensureDebianTools({ programs: ['git'], packages: ['git'] });
  await using git = await startGitServer();
  const into = await mkdtemp(join(tmpdir(), 'tagstream-clone-'));
  const first = await git.push('shop.git', { Dockerfile: 'FROM scratch\n', 'app/hello.txt': 'one' });
  const second = await git.push('shop.git', { 'app/hello.txt': 'two' });

  await run('git', ['clone', '--quiet', git.uri('shop.git'), into]);

  expect((await run('git', ['log', '--format=%H'], { cwd: into })).stdout.trim().split('\n')).toEqual([second, first]);
  expect(await readFile(join(into, 'app/hello.txt'), 'utf8')).toBe('two');
  expect(await readFile(join(into, 'Dockerfile'), 'utf8')).toBe('FROM scratch\n');
  await rm(into, { recursive: true });
});

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startGitServer } from '@tagstream/servers';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('a commit that is pushed can be cloned, and the next one changes only what it names', async () => {
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

import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { followFiles } from '../../src/registry-access/follow-files.ts';
import { readTextFile, readTextFiles } from '../../src/registry-access/read-files.ts';

async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'files-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

/** Follows files until the end of the test; each reading awaits `turn`. */
async function following<V>(read: () => Promise<V>) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const clock = testClock();
  const seen: V[] = [];
  const problems: string[] = [];
  await followFiles({
    read,
    clock,
    signal: stop.signal,
    onChange: (now) => seen.push(now),
    onProblem: ({ message }) => problems.push(message),
  });
  const turn = async () => {
    await expect.poll(() => clock.sleeping).toBe(1);
    await clock.advance(5_000);
    await expect.poll(() => clock.sleeping).toBe(1);
  };
  return { seen, problems, turn };
}

describe('files that are followed', () => {
  test('are read at once, and told again only when they have changed', async () => {
    const path = join(await directory(), 'file');
    await writeFile(path, 'one');
    const { seen, turn } = await following(() => readTextFile(path));
    expect(seen).toEqual(['one']);
    await turn();
    await writeFile(path, 'two');
    await turn();
    await turn();
    expect(seen).toEqual(['one', 'two']);
  });

  test('that cannot be read for a while are told once, and what was read counts on', async () => {
    const path = join(await directory(), 'file');
    await writeFile(path, 'one');
    const { seen, problems, turn } = await following(() => readTextFile(path));
    await rm(path);
    await turn();
    await turn();
    await writeFile(path, 'one');
    await turn();
    await rm(path);
    await turn();
    expect(seen).toEqual(['one']);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('ENOENT');
  });

  test('that are not there at the start are an error', async () => {
    await expect(following(() => readTextFile('/nonexistent/file'))).rejects.toThrow('ENOENT');
  });

  test('that are too long are an error', async () => {
    const path = join(await directory(), 'file');
    await writeFile(path, Buffer.alloc(1024 * 1024 + 1, 'x'));
    await expect(readTextFile(path)).rejects.toThrow('at most 1048576 are read');
  });

  test('are found in a volume as Kubernetes mounts and replaces it', async () => {
    const dir = await directory();
    const version = async (name: string, text: string) => {
      await mkdir(join(dir, name));
      await writeFile(join(dir, name, 'registry.example.com'), text);
      await symlink(name, join(dir, '..data_tmp'));
      await rename(join(dir, '..data_tmp'), join(dir, '..data'));
    };
    await version('..2026_1', 'one');
    await symlink('..data/registry.example.com', join(dir, 'registry.example.com'));
    const { seen, turn } = await following(() => readTextFiles(dir));
    await version('..2026_2', 'two');
    await turn();
    expect(seen).toEqual([{ 'registry.example.com': 'one' }, { 'registry.example.com': 'two' }]);
  });
});

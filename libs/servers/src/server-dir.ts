import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isAlive } from './is-alive.ts';

/** Where a server keeps data, logs and keys. */
export interface ServerDir {
  readonly path: string;
  /** Removes a temporary directory; leaves one that the caller named. */
  dispose(): Promise<void>;
}

const PREFIX = 'tagstream-server';

/**
 * Makes the directory of a server: the one that is given, which is kept, or a temporary one. Temporary directories of
 * processes on this machine that died without removing theirs are removed on the way.
 */
export async function makeServerDir(name: string, dir?: string): Promise<ServerDir> {
  if (dir !== undefined) {
    await mkdir(dir, { recursive: true });
    return { path: resolve(dir), dispose: async () => {} };
  }
  await removeAbandoned();
  const path = await mkdtemp(join(tmpdir(), `${PREFIX}-${hostname()}-${process.pid}-${name}-`));
  return { path, dispose: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) };
}

async function removeAbandoned(): Promise<void> {
  const mine = `${PREFIX}-${hostname()}-`;
  for (const entry of await readdir(tmpdir())) {
    if (!entry.startsWith(mine)) continue;
    const pid = Number.parseInt(entry.slice(mine.length), 10);
    // Another user's directory cannot be removed, and need not be.
    if (!isAlive(pid)) await rm(join(tmpdir(), entry), { recursive: true, force: true }).catch(() => {});
  }
}

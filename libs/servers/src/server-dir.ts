import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { makeOwnedDir } from './owned-dir.ts';

/** Where a server keeps data, logs and keys. */
export interface ServerDir {
  readonly path: string;
  /** Removes a temporary directory; leaves one that the caller named. */
  dispose(): Promise<void>;
}

/** A server that was killed may still be writing its last file. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };

/**
 * Makes the directory of a server: the one that is given, which is kept, or a temporary one. A temporary one whose server
 * failed to start stays until this process has ended, because its log says why.
 */
export async function makeServerDir(name: string, dir?: string): Promise<ServerDir> {
  if (dir !== undefined) {
    await mkdir(dir, { recursive: true });
    return { path: resolve(dir), dispose: async () => {} };
  }
  const path = await makeOwnedDir(tmpdir(), `tagstream-${name}`);
  return { path, dispose: () => rm(path, REMOVAL) };
}

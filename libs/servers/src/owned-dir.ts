import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './is-alive.ts';

/**
 * Makes a directory whose name says which process owns it: `<prefix>-<host>-<pid>-<random>`. Directories with the same prefix
 * whose owner on this machine has died are removed on the way, so that killed processes leave nothing for long.
 *
 * @param prefix must not be the beginning of another prefix used in the same parent directory, up to a dash.
 */
export async function makeOwnedDir(parent: string, prefix: string): Promise<string> {
  const mine = `${prefix}-${hostname()}-`;
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(mine)) continue;
    const owner = Number.parseInt(entry.slice(mine.length), 10);
    // What belongs to another user cannot be removed, and need not be.
    if (!isAlive(owner)) await rm(join(parent, entry), { recursive: true, force: true }).catch(() => {});
  }
  return mkdtemp(join(parent, `${mine}${process.pid}-`));
}

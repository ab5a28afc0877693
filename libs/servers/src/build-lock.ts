import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './is-alive.ts';

/** Longer than any build; a lock that is older belongs to a machine that is gone. */
const ABANDONED_AFTER_MS = 30 * 60 * 1000;
const RECHECK_MS = 1_000;

/**
 * Runs `work` while a lock file names this process, so that two processes do not spend minutes on the same build.
 * It only saves work: what is built is renamed into place, so a lock that fails to exclude harms nothing. A lock whose
 * process has died is taken over.
 *
 * @param skip asked before each try; true means that somebody else has done the work.
 * @param onWait called with the owner each time the lock is found taken.
 */
export async function withBuildLock(
  path: string,
  skip: () => boolean,
  onWait: (owner: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  while (!skip()) {
    if (await acquire(path)) {
      try {
        if (!skip()) await work();
      } finally {
        await rm(path, { force: true });
      }
      return;
    }
    const owner = await readFile(path, 'utf8').catch(() => '');
    if (await isAbandoned(path, owner)) await rm(path, { force: true });
    else {
      onWait(owner);
      await sleep(RECHECK_MS);
    }
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid}@${hostname()}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(path: string, owner: string): Promise<boolean> {
  const [pid, host] = owner.split('@');
  // An owner that is not written yet is judged by age alone.
  if (host === hostname() && pid && !isAlive(Number(pid))) return true;
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > ABANDONED_AFTER_MS;
}

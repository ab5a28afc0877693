import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathWithin } from '../inputs/safe-path.ts';

/** The directory of one build; only its owner can look into it. */
export interface Workspace {
  readonly root: string;
  /** What is built. */
  readonly source: string;
  /** Credentials for git. */
  readonly git: string;
  readonly home: string;
  readonly tmp: string;
  readonly storage: string;
  readonly run: string;
  /** Writes a file that only its owner can read, and makes its directory. */
  file(name: string, content: string | Uint8Array, executable?: boolean): Promise<string>;
}

/** `build-<process>-…`: the process that made it. */
const DIRECTORY = /^build-(\d+)-/;

/** Makes the directory of a build. */
export async function makeWorkspace(parent: string, pid: number): Promise<Workspace> {
  await mkdir(parent, { recursive: true });
  const root = await mkdtemp(join(parent, `build-${pid}-`));
  const at = (name: string) => join(root, name);
  for (const name of ['source', 'git', 'home', 'tmp', 'storage', 'run']) await mkdir(at(name), { mode: 0o700 });
  return {
    root,
    source: at('source'),
    git: at('git'),
    home: at('home'),
    tmp: at('tmp'),
    storage: at('storage'),
    run: at('run'),
    async file(name, content, executable = false) {
      const path = at(pathWithin(name) ?? 'unnamed');
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, content, { mode: executable ? 0o700 : 0o600 });
      return path;
    },
  };
}

/** Removes what a process left that was killed. A directory of this process's own id is from an earlier one: containers reuse ids. */
export async function removeLeftovers(
  parent: string,
  pid: number,
  remove: (path: string) => Promise<void> = (path) => rm(path, { recursive: true, force: true }),
): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const owner = Number(DIRECTORY.exec(name)?.[1]);
    if (owner > 0 && (owner === pid || !isAlive(owner))) await remove(join(parent, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

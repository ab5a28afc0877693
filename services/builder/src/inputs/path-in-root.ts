import { lstat, mkdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';

/** As many links as Linux follows. */
const MAX_LINKS = 40;

/**
 * Where a path leads when `root` is the root directory, as for a process in a chroot: links are followed inside of it, whatever
 * they say, and `..` ends at it. What does not exist is made as directories when `create` is set, and taken as it is otherwise.
 * For directories that only this build works in: they must not change meanwhile.
 * @throws Error when links go round in circles
 */
export async function pathInRoot(root: string, path: string, create = false): Promise<string> {
  const left = partsOf(path);
  let done: string[] = [];
  for (let links = 0; left.length > 0; ) {
    const part = left.shift()!;
    if (part === '..') {
      done = done.slice(0, -1);
      continue;
    }
    const here = join(root, ...done, part);
    const stats = await lstat(here).catch(() => undefined);
    if (stats?.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS) throw new Error(`too many symbolic links in ${path}`);
      const target = await readlink(here);
      if (posix.isAbsolute(target)) done = [];
      left.unshift(...partsOf(target));
      continue;
    }
    if (stats === undefined && create) await mkdir(here);
    done.push(part);
  }
  return join(root, ...done);
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

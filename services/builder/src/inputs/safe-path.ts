import { posix } from 'node:path';

/**
 * A path that a user gave, relative to a directory: cleaned, without leading `./` and trailing `/`; `.` is the directory
 * itself. Undefined when it would lead out of it.
 */
export function pathWithin(path: string): string | undefined {
  if (path.includes('\0')) return undefined;
  const clean = posix.normalize(path || '.').replace(/\/+$/, '') || '.';
  return posix.isAbsolute(path) || clean === '..' || clean.startsWith('../') ? undefined : clean;
}

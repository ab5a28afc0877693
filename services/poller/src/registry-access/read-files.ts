import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Longest file that is read; a ConfigMap or Secret holds at most 1 MiB. */
const MAX_BYTES = 1024 * 1024;

/** Registries with an authority of their own; real clusters have a handful. */
const MAX_FILES = 1_000;

/** @throws Error for a file that cannot be read or is too long. */
export async function readTextFile(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes; at most ${MAX_BYTES} are read.`);
  return readFile(path, 'utf8');
}

/** The texts of the files of a directory by their names; not those in its directories, nor hidden ones. */
export async function readTextFiles(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).sort();
  if (names.length > MAX_FILES)
    throw new Error(`${directory} has ${names.length} files; at most ${MAX_FILES} are read.`);
  const texts: Record<string, string> = {};
  for (const name of names) {
    const path = join(directory, name);
    if ((await stat(path)).isFile()) texts[name] = await readTextFile(path);
  }
  return texts;
}

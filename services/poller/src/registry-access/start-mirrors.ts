import type { MirrorRule } from '@tagstream/registry';
import { type AccessParts, followConfigured } from './access-context.ts';
import { readTextFile } from './read-files.ts';
import { readMirrors } from './read-mirrors.ts';

/** The mirrors that are configured now. */
export interface Mirrors {
  readonly rules: readonly MirrorRule[];
}

/** Reads the file of mirrors, now and whenever it changes. */
export async function startMirrors(parts: AccessParts): Promise<Mirrors> {
  const mirrors: { rules: readonly MirrorRule[] } = { rules: [] };
  const { registryMirrors: path } = parts.context.config;
  if (path === undefined) return mirrors;
  const read = async () => readMirrors(await readTextFile(path));
  await followConfigured(parts, 'TAGSTREAM_REGISTRY_MIRRORS', path, read, (rules) => {
    mirrors.rules = rules;
  });
  return mirrors;
}

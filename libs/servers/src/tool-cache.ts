import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BuiltTool } from './versions.ts';

/** The environment variables that this library reads. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Source of the control plane's Go module. */
export const kubernetesModuleDir = resolve(import.meta.dirname, '../kubernetes');

/** Where built servers are kept: `TAGSTREAM_CACHE`, `XDG_CACHE_HOME/tagstream` or `~/.cache/tagstream`. */
export function cacheDir(env: Environment): string {
  return env.TAGSTREAM_CACHE || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'tagstream');
}

/** Directory of one build; another version, platform or source is another directory, so nothing is ever replaced. */
export function toolDir(tool: BuiltTool, env: Environment): string {
  const source = tool.goPackage ? '' : `-${kubernetesSourceHash()}`;
  return join(cacheDir(env), 'servers', `${tool.name}-${tool.version}${source}-${process.platform}-${process.arch}`);
}

/** True if the tool is built. The directory appears under its name only when it is complete. */
export function isBuilt(tool: BuiltTool, env: Environment): boolean {
  return existsSync(toolDir(tool, env));
}

function kubernetesSourceHash(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(kubernetesModuleDir, file)));
  return hash.digest('hex').slice(0, 12);
}

import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { withBuildLock } from './build-lock.ts';
import { ServersError } from './servers-error.ts';
import { cacheDir, type Environment } from './tool-cache.ts';

const run = promisify(execFile);

/** Downloading a hundred megabytes over a slow line. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** Programs that cannot be built from Go modules in minutes, by the Debian package that has them. */
export interface DebianTools {
  readonly programs: readonly string[];
  readonly packages: readonly string[];
}

/** What builds images without a daemon, and fetches their sources. */
export const buildTools: DebianTools = { programs: ['buildah', 'git'], packages: ['buildah', 'git'] };

/** What {@link ensureDebianTools} can be given; all of it for its own tests. */
export interface EnsureOptions {
  readonly env?: Environment;
  readonly isRoot?: boolean;
}

/**
 * Makes sure that programs are on PATH: they are there, or this process is root on a Debian machine and installs them.
 *
 * @throws ServersError `not_installed` with a sentence that says what to install; `build_failed` when installing failed.
 */
export async function ensureDebianTools(tools: DebianTools, options: EnsureOptions = {}): Promise<void> {
  const env = options.env ?? process.env;
  const isRoot = options.isRoot ?? process.getuid?.() === 0;
  const missing = () => tools.programs.filter((program) => !isOnPath(program, env));
  if (missing().length === 0) return;
  if (!isRoot || !isOnPath('apt-get', env)) {
    throw new ServersError(
      'not_installed',
      `${missing().join(' and ')} not found in PATH: install the packages ${tools.packages.join(' and ')} (Debian: apt-get install ${tools.packages.join(' ')}).`,
    );
  }
  const dir = cacheDir(env);
  await mkdir(dir, { recursive: true });
  await withBuildLock(
    join(dir, 'apt-get.lock'),
    () => missing().length === 0,
    () => undefined,
    () => install(tools, env),
  );
}

/** Whether the programs are on PATH. */
export function areToolsThere({ programs }: DebianTools, env: Environment = process.env): boolean {
  return programs.every((program) => isOnPath(program, env));
}

async function install({ packages }: DebianTools, env: Environment): Promise<void> {
  const options = {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: INSTALL_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  };
  try {
    await run('apt-get', ['update', '-qq'], options);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(-500) : String(cause);
    throw new ServersError('build_failed', `apt-get install ${packages.join(' ')} failed: ${why}`, { cause });
  }
}

function isOnPath(program: string, env: Environment): boolean {
  return (env.PATH ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return dir !== '';
    } catch {
      return false;
    }
  });
}

import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { buildTool, type OnProgress } from './build-tool.ts';
import { ServersError } from './servers-error.ts';
import { type Environment, isBuilt, toolDir } from './tool-cache.ts';
import { allTools, type BuiltTool, oldestUsable } from './versions.ts';

const run = promisify(execFile);

/** `docker version` of an engine that answers takes far less. */
const VERSION_TIMEOUT_MS = 10_000;

/** A tool as programs on this machine. */
export interface Programs {
  readonly kind: 'programs';
  readonly path: (program: string) => string;
}

/** Where a tool comes from; `docker` is the path of the docker command. */
export type ToolSource = Programs | { readonly kind: 'docker'; readonly docker: string };

export interface FindOptions {
  readonly env?: Environment;
  readonly onProgress?: OnProgress;
  /** Where Go is looked for after PATH; the directory that its installation manual names, by default. */
  readonly goDirs?: readonly string[];
}

const USUAL_GO_DIRS = ['/usr/local/go/bin'];

/**
 * Finds a tool: all of its programs in one directory of PATH or in `KUBEBUILDER_ASSETS`, and new enough; else in the cache,
 * where it is built if Go is there; else a Docker engine that answers.
 *
 * @throws ServersError `not_installed` with a sentence that says what to install; `build_failed`.
 */
export async function findTool(tool: BuiltTool, options: FindOptions = {}): Promise<ToolSource> {
  const env = options.env ?? process.env;
  const installed = await findInstalled(tool, env);
  if (installed) return programsIn(installed);
  if (isBuilt(tool, env)) return programsIn(toolDir(tool, env));
  const go = onPath('go', env) ?? inDirs('go', options.goDirs ?? USUAL_GO_DIRS);
  if (go) {
    await buildTool(tool, go, env, options.onProgress ?? (() => {}));
    return programsIn(toolDir(tool, env));
  }
  const docker = onPath('docker', env);
  if (docker && (await engineAnswers(docker))) return { kind: 'docker', docker };
  throw new ServersError(
    'not_installed',
    `${tool.name} is not on this machine and cannot be built: install Go 1.26 or newer (https://go.dev/dl), or start Docker.`,
  );
}

/** The tools that {@link findTool} would have to build or pull, because they are neither installed nor in the cache. */
export async function missingTools(env: Environment = process.env): Promise<readonly BuiltTool[]> {
  const missing: BuiltTool[] = [];
  for (const tool of allTools) {
    if (!isBuilt(tool, env) && !(await findInstalled(tool, env))) missing.push(tool);
  }
  return missing;
}

async function findInstalled(tool: BuiltTool, env: Environment): Promise<string | undefined> {
  const dirs = [env.KUBEBUILDER_ASSETS ?? '', ...(env.PATH ?? '').split(delimiter)].filter((dir) => dir !== '');
  for (const dir of dirs) {
    if (!tool.programs.every((program) => isExecutable(join(dir, program)))) continue;
    const newEnough = await Promise.all(tool.programs.map((program) => isNewEnough(program, join(dir, program))));
    if (newEnough.every(Boolean)) return dir;
  }
  return undefined;
}

async function isNewEnough(program: string, path: string): Promise<boolean> {
  const oldest = oldestUsable[program];
  if (oldest === undefined) return true;
  const output = await run(path, ['--version'], { timeout: VERSION_TIMEOUT_MS }).catch(() => ({ stdout: '' }));
  const found = /v(\d+)\.(\d+)\./.exec(output.stdout);
  const [major = 0, minor = 0] = oldest.split('.').map(Number);
  if (!found) return false;
  return Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor);
}

function programsIn(dir: string): Programs {
  return { kind: 'programs', path: (program) => join(dir, program) };
}

function onPath(program: string, env: Environment): string | undefined {
  return inDirs(program, (env.PATH ?? '').split(delimiter));
}

function inDirs(program: string, dirs: readonly string[]): string | undefined {
  return dirs.map((dir) => join(dir, program)).find(isExecutable);
}

async function engineAnswers(docker: string): Promise<boolean> {
  return run(docker, ['version', '--format', '{{.Server.Version}}'], { timeout: VERSION_TIMEOUT_MS }).then(
    () => true,
    () => false,
  );
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

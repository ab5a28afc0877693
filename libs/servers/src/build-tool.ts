import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { withBuildLock } from './build-lock.ts';
import { makeOwnedDir } from './owned-dir.ts';
import { ServersError } from './servers-error.ts';
import { type Environment, isBuilt, kubernetesModuleDir, toolDir } from './tool-cache.ts';
import type { BuiltTool } from './versions.ts';

/** One report of a build. */
export interface Progress {
  /** What is being done: `Build kubernetes 1.36.3`. */
  readonly step: string;
  /** What it is doing now, for example the module being downloaded; may be empty. */
  readonly detail: string;
  readonly elapsedMs: number;
  /** Rough duration on two cores with nothing downloaded before. */
  readonly expectedMs: number;
}

export type OnProgress = (progress: Progress) => void;

/** Often enough to show life, seldom enough for a plain log. */
const REPORT_INTERVAL_MS = 5_000;
const TAIL_LINES = 20;

/**
 * Builds a server into the cache, unless it is there. A build happens in a directory beside the final one and is renamed
 * when it is complete, so a build that was killed leaves nothing that would be used; two processes may build at once.
 *
 * @param go path of the go command.
 * @throws ServersError `build_failed` with the last lines of the Go command.
 */
export async function buildTool(tool: BuiltTool, go: string, env: Environment, onProgress: OnProgress): Promise<void> {
  const target = toolDir(tool, env);
  const step = `Build ${tool.name} ${tool.version}`;
  const startedAt = performance.now();
  let detail = '';
  const report = (): void =>
    onProgress({ step, detail, elapsedMs: performance.now() - startedAt, expectedMs: tool.expectedBuildMs });
  await mkdir(dirname(target), { recursive: true });
  const timer = setInterval(report, REPORT_INTERVAL_MS);
  try {
    await withBuildLock(
      `${target}.lock`,
      () => isBuilt(tool, env),
      (owner) => {
        detail = `waiting for process ${owner}, which builds it`;
      },
      async () => {
        report();
        const made = await makeOwnedDir(dirname(target), `${basename(target)}.part`);
        try {
          await runGo(tool, go, made, env, (line) => {
            detail = line;
          });
          await publish(made, target);
        } finally {
          await rm(made, { recursive: true, force: true });
        }
      },
    );
  } finally {
    clearInterval(timer);
  }
}

async function publish(made: string, target: string): Promise<void> {
  try {
    await rename(made, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // Another process was faster; its build is as good as ours.
    if (!['ENOTEMPTY', 'EEXIST'].includes(code)) throw error;
  }
}

async function runGo(
  tool: BuiltTool,
  go: string,
  into: string,
  env: Environment,
  onLine: (line: string) => void,
): Promise<void> {
  const args = tool.goPackage
    ? ['install', '-trimpath', '-ldflags=-s -w', tool.goPackage]
    : [
        'build',
        '-trimpath',
        `-ldflags=-s -w ${kubernetesVersionFlags(tool.version)}`,
        '-o',
        join(into, tool.name),
        '.',
      ];
  const child = spawn(go, args, {
    cwd: tool.goPackage ? into : kubernetesModuleDir,
    // A workspace file, vendoring or a foreign target of the caller must not change what is built.
    env: { ...env, GOBIN: into, GOWORK: 'off', GOFLAGS: '-buildvcs=false', GOOS: '', GOARCH: '', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    if (lines.length > TAIL_LINES) lines.shift();
    onLine(line.replace(/^go: /, ''));
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    const command = `${go} ${args.join(' ')}`;
    throw new ServersError('build_failed', `${command} failed with code ${code}:\n${lines.join('\n')}`);
  }
  if (!tool.goPackage) await linkPrograms(tool, into);
}

/** The control plane is one binary; its programs are links to it. */
async function linkPrograms(tool: BuiltTool, dir: string): Promise<void> {
  for (const program of tool.programs) {
    await symlink(tool.name, join(dir, program)).catch(() => copyFile(join(dir, tool.name), join(dir, program)));
  }
}

/** Without these, `/version` and `kubectl version` would say v0.0.0-master. */
function kubernetesVersionFlags(version: string): string {
  const [major, minor] = version.split('.');
  const target = 'k8s.io/component-base/version';
  return `-X ${target}.gitVersion=v${version} -X ${target}.gitMajor=${major} -X ${target}.gitMinor=${minor}`;
}

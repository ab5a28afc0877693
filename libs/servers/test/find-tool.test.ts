import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../src/build-tool.ts';
import { findTool, type ToolSource } from '../src/find-tool.ts';
import { toolDir } from '../src/tool-cache.ts';
import { kubernetesTool, natsTool } from '../src/versions.ts';

/** Above the highest process id that Linux gives out. */
const DEAD_PID = 4_194_305;

let dir = '';
let env: Record<string, string> = {};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tagstream-find-test-'));
  // Of the machine's programs only the shell's own: no Go, no Docker, no servers.
  env = { PATH: join(dir, 'bin'), TAGSTREAM_CACHE: join(dir, 'cache') };
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function program(path: string, script: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  await chmod(path, 0o755);
}

const server = (name: string, version: string): Promise<void> =>
  program(join(dir, 'bin', name), `echo "${name}: v${version}"`);

/** A go command that writes down that it ran, and then does what it is told in place of building. */
const go = (then: string): Promise<void> => program(join(dir, 'bin/go'), `echo run >> "${join(dir, 'runs')}"\n${then}`);

const build =
  'echo "go: downloading example.com/x v1.0.0" >&2; echo built > "$GOBIN/nats-server"; chmod +x "$GOBIN/nats-server"';

function pathOf(source: ToolSource, name: string): string {
  return source.kind === 'programs' ? source.path(name) : source.kind;
}

describe('a server is taken from', () => {
  test('PATH, when it is new enough there', async () => {
    await server('nats-server', '2.12.0');

    expect(pathOf(await findTool(natsTool, { env, goDirs: [] }), 'nats-server')).toBe(join(dir, 'bin/nats-server'));
  });

  test('a build, when the one on PATH is too old', async () => {
    await server('nats-server', '2.9.10');
    await go(build);

    expect(pathOf(await findTool(natsTool, { env, goDirs: [] }), 'nats-server')).toBe(
      join(toolDir(natsTool, env), 'nats-server'),
    );
  });

  test('KUBEBUILDER_ASSETS, only when every program of the control plane is there', async () => {
    const assets = join(dir, 'assets');
    const incomplete = { ...env, KUBEBUILDER_ASSETS: assets };
    for (const name of ['etcd', 'kube-apiserver', 'kubectl'])
      await program(join(assets, name), 'echo Kubernetes v1.36.1');
    await expect(findTool(kubernetesTool, { env: incomplete, goDirs: [] })).rejects.toMatchObject({
      code: 'not_installed',
    });

    for (const name of ['kube-controller-manager', 'kube-scheduler']) await program(join(assets, name), '');

    expect(pathOf(await findTool(kubernetesTool, { env: incomplete, goDirs: [] }), 'etcd')).toBe(join(assets, 'etcd'));
  });

  test('the cache, without a second build', async () => {
    await go(build);
    await findTool(natsTool, { env, goDirs: [] });
    await rm(join(dir, 'bin/go'));

    expect(pathOf(await findTool(natsTool, { env, goDirs: [] }), 'nats-server')).toBe(
      join(toolDir(natsTool, env), 'nats-server'),
    );
  });

  test('Docker, when there is no Go and an engine answers', async () => {
    await program(join(dir, 'bin/docker'), 'echo 29.0.0');

    expect(await findTool(natsTool, { env, goDirs: [] })).toEqual({ kind: 'docker', docker: join(dir, 'bin/docker') });
  });

  test('nowhere, with a sentence that says what to install', async () => {
    await program(join(dir, 'bin/docker'), 'echo Cannot connect to the Docker daemon >&2; exit 1');

    const error = await findTool(natsTool, { env, goDirs: [] }).catch((e: unknown) => e);

    expect(error).toMatchObject({ code: 'not_installed', retryable: false });
    expect((error as Error).message).toMatch(/^nats-server is not on this machine.*install Go 1\.26 or newer.*Docker/);
  });
});

describe('a build', () => {
  test('reports its step with the expected time', async () => {
    const reports: Progress[] = [];
    await go(build);

    await findTool(natsTool, { env, goDirs: [], onProgress: (progress) => reports.push(progress) });

    expect(reports[0]).toMatchObject({ step: 'Build nats-server 2.15.2', expectedMs: natsTool.expectedBuildMs });
  });

  test('that fails shows the last lines of the Go command and leaves nothing behind', async () => {
    await go('echo half > "$GOBIN/nats-server"; echo "no required module provides package" >&2; exit 1');

    const error = await findTool(natsTool, { env, goDirs: [] }).catch((e: unknown) => e);

    expect(error).toMatchObject({ code: 'build_failed' });
    expect((error as Error).message).toContain('no required module provides package');
    expect(await readdir(dirname(toolDir(natsTool, env)))).toEqual([]);
  });

  test('that was killed half way is not used, and its lock is taken over', async () => {
    const target = toolDir(natsTool, env);
    const part = `${target}.part-${hostname()}-${DEAD_PID}-x`;
    await mkdir(part, { recursive: true });
    await writeFile(join(part, 'nats-server'), 'half');
    await writeFile(`${target}.lock`, `${DEAD_PID}@${hostname()}`);
    await go(build);

    expect(pathOf(await findTool(natsTool, { env, goDirs: [] }), 'nats-server')).toBe(join(target, 'nats-server'));
    expect(await readdir(dirname(target))).toEqual([basename(target)]);
  });

  test('happens once when two ask at the same time', async () => {
    await go(`sleep 0.2; ${build}`);

    await Promise.all([findTool(natsTool, { env, goDirs: [] }), findTool(natsTool, { env, goDirs: [] })]);

    expect(await readFile(join(dir, 'runs'), 'utf8')).toBe('run\n');
  });
});

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isPortFree, withPort } from './free-port.ts';
import { inheritedEnv } from './inherited-env.ts';
import { makeServerDir } from './server-dir.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const run = promisify(execFile);

/** A running `git daemon`: git over a loopback port, without authentication. */
export interface GitServer extends ServerProcess, AsyncDisposable {
  readonly port: number;
  /** Directory of the repositories, for other servers of theirs. */
  readonly root: string;
  /** `git://127.0.0.1:<port>/<repository>` */
  uri(repository: string): string;
  /**
   * Makes a commit in a repository, which is created by the first one, and pushes it.
   * @param files content by path: a text, or the bytes of a program; a file that is not named stays as it is
   * @returns the commit id
   */
  push(repository: string, files: Readonly<Record<string, string | Uint8Array>>, branch?: string): Promise<string>;
}

/** Nobody's configuration of git is read, and commits have an author. */
const GIT_ENV = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/**
 * Starts a git server with repositories of its own. It needs git on PATH: see `ensureDebianTools`.
 *
 * @throws ServersError `start_failed`, `port_taken`.
 */
export async function startGitServer(): Promise<GitServer> {
  const dir = await makeServerDir('git');
  const served = join(dir.path, 'served');
  await mkdir(served, { recursive: true });
  const env = { ...inheritedEnv(), ...GIT_ENV };
  const git = async (cwd: string, ...args: string[]) => (await run('git', args, { cwd, env })).stdout.trim();
  return withPort(undefined, async (port) => {
    const server = await startServerProcess({
      name: 'git',
      command: {
        file: 'git',
        args: [
          'daemon',
          '--reuseaddr',
          '--export-all',
          '--enable=receive-pack',
          `--base-path=${served}`,
          '--listen=127.0.0.1',
          `--port=${port}`,
          served,
        ],
        env,
      },
      ports: [port],
      logPath: join(dir.path, 'git.log'),
      isReady: async () => !(await isPortFree(port)),
    });
    const uri = (repository: string) => `git://127.0.0.1:${port}/${repository}`;
    return Object.assign(server, {
      port,
      root: served,
      uri,
      async push(repository: string, files: Readonly<Record<string, string | Uint8Array>>, branch = 'main') {
        const bare = join(served, repository);
        const work = join(dir.path, 'work', repository);
        await mkdir(work, { recursive: true });
        const isNew = await git(work, 'rev-parse', '--git-dir').then(
          (found) => found !== '.git',
          () => true,
        );
        if (isNew) {
          await mkdir(bare, { recursive: true });
          await git(bare, 'init', '--quiet', '--bare', `--initial-branch=${branch}`);
          await git(work, 'init', '--quiet', `--initial-branch=${branch}`);
        }
        for (const [path, content] of Object.entries(files)) {
          await mkdir(dirname(join(work, path)), { recursive: true });
          await writeFile(join(work, path), content, { mode: typeof content === 'string' ? 0o644 : 0o755 });
        }
        await git(work, 'add', '--all');
        await git(work, 'commit', '--quiet', '--allow-empty', '--message', `Change ${Object.keys(files).join(', ')}`);
        await git(work, 'push', '--quiet', uri(repository), `HEAD:refs/heads/${branch}`);
        return await git(work, 'rev-parse', 'HEAD');
      },
      [Symbol.asyncDispose]: async () => {
        await server.stop();
        await dir.dispose();
      },
    });
  });
}

import { rm } from 'node:fs/promises';
import type { ExecutionSettings } from './build-context.ts';
import type { RunCommand } from './run-command.ts';

/** The files of a large image are removed in this time even by a slow disk. */
const REMOVE_TIMEOUT_MS = 120_000;

/**
 * Removes the directory of a build. Files of users that only exist inside a namespace are removed from within one.
 * @throws Error when something is left
 */
export async function removeWorkspace(
  root: string,
  { env }: Pick<ExecutionSettings, 'env'>,
  run: RunCommand,
): Promise<void> {
  try {
    await rm(root, { recursive: true, force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    const signal = AbortSignal.timeout(REMOVE_TIMEOUT_MS);
    const args = ['unshare', 'rm', '-rf', '--', root];
    const ended = await run(
      { program: 'buildah', args, cwd: '/', env: { ...env } },
      { signal, onLine: () => undefined },
    );
    if (ended.code !== 0) throw error;
  }
}

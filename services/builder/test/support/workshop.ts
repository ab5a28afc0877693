import { buildTools, ensureDebianTools, type GitServer, startGitServer } from '@tagstream/servers';
import { inject } from 'vitest';
import { type TestExecutor, testExecutor } from './executor.ts';

/** Why nothing can be built here; undefined where it can. */
export const unavailable = await ensureDebianTools(buildTools).then(
  () => (process.getuid?.() === 0 ? undefined : 'commands of a Dockerfile need root or a range of user ids'),
  (error: Error) => error.message,
);

/** For the titles of tests. */
export const because = unavailable ? ` (skipped: ${unavailable})` : '';

/** buildah starts a dozen programs for each build. */
export const slowly = { testTimeout: 120_000, hookTimeout: 120_000 };

/** A git server and a registry, and builds between them. */
export interface Workshop extends AsyncDisposable {
  readonly git: GitServer;
  readonly builds: TestExecutor;
  /** The source of a Build from a repository of the git server. */
  from(repository: string, ref?: string): { readonly git: { readonly uri: string; readonly ref: string } };
}

/** Opens a workshop. */
export async function openWorkshop(): Promise<Workshop> {
  await using stack = new AsyncDisposableStack();
  const git = stack.use(await startGitServer());
  const builds = stack.use(await testExecutor(inject('registryHost')));
  const kept = stack.move();
  return {
    git,
    builds,
    from: (repository, ref = 'main') => ({ git: { uri: git.uri(repository), ref } }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The Docker strategy with some of its fields. */
export const docker = (dockerStrategy: object = {}) => ({ type: 'Docker', dockerStrategy }) as const;

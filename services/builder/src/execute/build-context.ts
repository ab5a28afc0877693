import type { Build } from '@tagstream/api-types';
import { BuildFailure, type FailureReason } from '../build-failure.ts';
import type { BuildahPlaces } from '../buildah/buildah-arguments.ts';
import { globalArguments } from '../buildah/buildah-arguments.ts';
import type { GitProtocol } from '../git/git-source.ts';
import type { InputData } from '../inputs/build-env.ts';
import type { BuildLog } from '../log/build-log.ts';
import type { RunCommand } from './run-command.ts';
import type { Workspace } from './workspace.ts';

/** Objects of the Build's namespace, read before it begins. */
export interface BuildInputs extends InputData {
  /** Names of the service account's Secrets, whose registry credentials count after those that the Build names. */
  readonly accountSecrets: readonly string[];
}

/** How builds are run on this machine. */
export interface ExecutionSettings {
  readonly gitProtocols: readonly GitProtocol[];
  /** `host[:port]` of registries that are reached without TLS, or with any certificate. */
  readonly insecureRegistries: readonly string[];
  /** Of every program: PATH and proxies. */
  readonly env: Readonly<Record<string, string>>;
  readonly isRoot: boolean;
  /** The build has a container of its own: what it does to its surroundings concerns only itself. */
  readonly ownContainer: boolean;
}

/** What every step of a build works with. */
export interface BuildContext {
  readonly build: Build;
  readonly inputs: BuildInputs;
  readonly settings: ExecutionSettings;
  readonly workspace: Workspace;
  readonly log: BuildLog;
  readonly run: RunCommand;
  /** Ends the build at once. */
  readonly signal: AbortSignal;
}

/** Places of buildah in the directory of a build. */
export function buildahPlaces({ root, storage, run }: Workspace): BuildahPlaces {
  return { storage, run, registriesConf: `${root}/registries.conf`, policy: `${root}/policy.json` };
}

/** The environment of every program. */
export function baseEnv({ settings, workspace }: BuildContext): Record<string, string> {
  return {
    ...settings.env,
    HOME: workspace.home,
    TMPDIR: workspace.tmp,
    XDG_RUNTIME_DIR: workspace.run,
    LANG: 'C.UTF-8',
  };
}

/** Code with which the kernel's out-of-memory killer ends a program; nobody else sends this signal while a build goes on. */
const KILLED = 137;

/**
 * Runs buildah; its output is the build's log.
 * @throws BuildFailure with the reason when it fails, `OutOfMemoryKilled` when the kernel ended it
 */
export async function buildah(
  context: BuildContext,
  args: readonly string[],
  reason: FailureReason,
  collect = false,
): Promise<string> {
  const { workspace, settings, run, signal, log } = context;
  const ended = await run(
    {
      program: 'buildah',
      args: [...globalArguments(buildahPlaces(workspace), settings.isRoot), ...args],
      cwd: workspace.root,
      env: baseEnv(context),
    },
    { signal, onLine: log.line, collect },
  );
  if (ended.code === 0) return ended.output;
  if (ended.code === KILLED) throw new BuildFailure('OutOfMemoryKilled', `buildah ${args[0]} was killed.`);
  throw new BuildFailure(reason, `buildah ${args[0]} ended with code ${ended.code}.`);
}

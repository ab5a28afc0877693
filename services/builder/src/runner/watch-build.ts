import type { Build } from '@tagstream/api-types';
import { isTerminal, phaseOf, runnerOf } from '@tagstream/build';
import { isNewer, type KubeClient, resources, watchCache } from '@tagstream/kube';

/** Why a build that runs has to stop. */
export type StopCause =
  /** Somebody asked for its end. */
  | 'cancelled'
  /** Somebody else has it, or it is over or gone: nothing is to be written any more. */
  | 'lost';

/** The reason of the signal that stops a build. */
export class BuildStopped extends Error {
  override readonly name = 'BuildStopped';
  readonly stopCause: StopCause | 'deadline' | 'shutdown';

  constructor(stopCause: BuildStopped['stopCause']) {
    super(`the build is to stop: ${stopCause}`);
    this.stopCause = stopCause;
  }
}

/**
 * Watches a Build that this process runs, until it is disposed of.
 * @param started the Build as this process last wrote it: what a watch still shows from before says nothing
 */
export function watchBuild(
  api: Pick<KubeClient, 'list' | 'watch'>,
  started: Build,
  runner: string,
  onStop: (cause: StopCause) => void,
): AsyncDisposable {
  const { namespace = '', name } = started.metadata;
  return watchCache<Build, StopCause | 'fine'>(api, resources.builds, {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    project: (build) => stopCause(build, started, runner),
    onChange: (_key, now) => {
      if (now !== 'fine') onStop(now ?? 'lost');
    },
  });
}

function stopCause(build: Build, started: Build, runner: string): StopCause | 'fine' {
  if (isNewer(started.metadata.resourceVersion ?? '', build.metadata.resourceVersion ?? '')) return 'fine';
  if (build.metadata.uid !== started.metadata.uid || runnerOf(build) !== runner || isTerminal(phaseOf(build)))
    return 'lost';
  return build.status?.cancelled ? 'cancelled' : 'fine';
}

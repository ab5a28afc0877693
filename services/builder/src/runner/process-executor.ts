import type { Build } from '@tagstream/api-types';
import { runnerOf } from '@tagstream/build';
import { buildLogSubject } from '@tagstream/events';
import { isKubeError } from '@tagstream/kube';
import { markBuild, readBuild } from './build-writes.ts';
import { attemptOf } from './decide-claim.ts';
import type { Executor } from './handle-pending.ts';
import { idOf, type RunnerDeps, runBuild } from './run-build.ts';

/** Another instance may take it at once. */
const GIVEN_BACK = { kind: 'retry', afterMs: 0, reason: 'this instance stops' } as const;

/**
 * Runs Builds as processes of this machine.
 * @param runner of this process, `<runner>/<instance>`
 * @param prefix first token of every subject
 */
export function processExecutor(deps: RunnerDeps, runner: string, prefix: string, stopping: AbortSignal): Executor {
  return {
    holder: () => runner,
    logLocation: ({ metadata }) => `nats:${prefix}.${buildLogSubject(metadata.namespace ?? '', metadata.name)}`,
    async run(build, holder, signal) {
      deps.telemetry.began();
      try {
        const outcome = await runBuild(deps, build, holder, AbortSignal.any([signal, stopping]));
        if (outcome.kind !== 'interrupted') return { kind: 'done' };
      } finally {
        deps.telemetry.finished();
      }
      await giveBack(deps, build, holder);
      deps.telemetry.interrupted(build);
      return GIVEN_BACK;
    },
  };
}

/** Takes the claim off, as if it had never been; when that does not work, the end of this process does it. */
async function giveBack({ kube }: RunnerDeps, build: Build, holder: string): Promise<void> {
  try {
    const now = await readBuild(kube, idOf(build));
    if (now === undefined || runnerOf(now) !== holder) return;
    await markBuild(kube, now, { runner: null, attempt: attemptOf(now) - 1 });
  } catch (error) {
    if (!isKubeError(error)) throw error;
  }
}

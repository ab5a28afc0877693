import type { Build } from '@tagstream/api-types';
import { isBuildOf, numberOf, prunable, recordVersion } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import type { RunResult } from '@tagstream/service';
import { writeConfigStatus } from './config-status.ts';
import type { StepDeps } from './deps.ts';
import { endBuild } from './end-build.ts';
import { runBuilds } from './run-builds.ts';
import { runTriggers } from './run-triggers.ts';
import { tryWrite } from './try-write.ts';
import type { ConfigView } from './views.ts';

/** What a look at a group needs besides. */
export interface GroupDeps extends StepDeps {
  readonly config: (group: string) => ConfigView | undefined;
  readonly builds: (group: string) => readonly Build[];
}

/** Whoever made a Build normally writes its number down at once; after so long they are taken to be gone, in milliseconds. */
const RECORD_GRACE_MS = 5000;

/**
 * Brings the Builds of one BuildConfig, and the BuildConfig itself, a step further. Everything is looked at anew each time, and
 * every write is guarded, so that it does not matter which replica does it, or whether one died halfway.
 * @throws BuildError, KubeError when something could not be reached or was refused; the queue comes back with growing delays.
 */
export async function reconcileGroup(deps: GroupDeps, group: string): Promise<RunResult | undefined> {
  const view = deps.config(group);
  const all = deps.builds(group);
  // Pipelines are Jenkins' own.
  const builds = all.filter(
    ({ spec, metadata }) => !spec.strategy.jenkinsPipelineStrategy && !metadata.deletionTimestamp,
  );
  const waits: (RunResult | undefined)[] = [];
  for (const build of builds) waits.push(await endBuild(deps, build));
  await runBuilds(deps, builds);
  if (view !== undefined && !view.stored.metadata.deletionTimestamp) {
    await writeConfigStatus(deps, view);
    waits.push(await completeRecord(deps, view, all));
    await runTriggers(deps, view);
    // One that nobody has heard of yet would be gone without a word; when it was told, it is looked at again.
    for (const build of prunable(view.bc, all).filter(deps.hasTold)) await remove(deps, build);
  }
  const times = waits.flatMap((wait) => (wait === undefined ? [] : [wait.againAfterMs]));
  return times.length === 0 ? undefined : { againAfterMs: Math.min(...times) };
}

/** Writes into the BuildConfig the number of a Build whose maker did not come to it. */
async function completeRecord(deps: GroupDeps, { stored }: ConfigView, builds: readonly Build[]) {
  const lastVersion = stored.status?.lastVersion ?? 0;
  const ahead = builds
    .filter((build) => isBuildOf(build, stored) && (numberOf(build) ?? 0) > lastVersion)
    .sort((a, b) => (numberOf(b) ?? 0) - (numberOf(a) ?? 0))[0];
  if (ahead === undefined) return undefined;
  const ageMs = deps.clock.now() - Date.parse(ahead.metadata.creationTimestamp ?? '');
  if (ageMs < RECORD_GRACE_MS) return { againAfterMs: RECORD_GRACE_MS };
  await recordVersion(deps.kube, stored, ahead);
  deps.telemetry.written('record-version', { object: `${stored.metadata.namespace}/${stored.metadata.name}` });
  return undefined;
}

async function remove(deps: GroupDeps, build: Build): Promise<void> {
  const { namespace = '', name, uid } = build.metadata;
  await tryWrite(deps.telemetry, 'prune', build, () =>
    deps.kube.delete(
      { resource: resources.builds, namespace, name },
      { propagationPolicy: 'Background', ...(uid && { preconditions: { uid } }) },
    ),
  );
}

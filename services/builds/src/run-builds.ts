import type { Build } from '@tagstream/api-types';
import { policyStep, writePhase } from '@tagstream/build';
import { resources } from '@tagstream/kube';
import type { StepDeps } from './deps.ts';
import { releaseBuild } from './release-build.ts';
import { tryWrite } from './try-write.ts';

/** Does what the run policies of the Builds of one group want: cancels those that give way, lets those begin whose turn it is. */
export async function runBuilds(deps: StepDeps, builds: readonly Build[]): Promise<void> {
  const { release, cancel, unnumbered } = policyStep(builds);
  for (const build of cancel) await askToCancel(deps, build);
  for (const build of release) await releaseBuild(deps, build);
  for (const build of unnumbered) {
    const message = 'The annotation openshift.io/build.number is missing or no number: the build cannot be put in line';
    deps.recordEvent(resources.builds, build, { type: 'Warning', reason: 'InvalidBuildNumber', message });
  }
  for (const build of builds) {
    if (!build.status?.phase && !release.includes(build)) await acknowledge(deps, build);
  }
}

/** Says that a new Build was seen and waits. */
async function acknowledge(deps: StepDeps, build: Build): Promise<void> {
  await tryWrite(deps.telemetry, 'acknowledge', build, () =>
    writePhase(deps.kube, build, { phase: 'New' }, new Date(deps.clock.now())),
  );
}

/** Only while the Build is as it was seen: one that has begun to run in between is left alone. */
async function askToCancel(deps: StepDeps, build: Build): Promise<void> {
  const { namespace = '', name, resourceVersion } = build.metadata;
  const patch = { metadata: { resourceVersion }, status: { cancelled: true } };
  await tryWrite(deps.telemetry, 'supersede', build, () =>
    deps.kube.mergePatch({ resource: resources.builds, namespace, name }, patch, { subresource: 'status' }),
  );
}

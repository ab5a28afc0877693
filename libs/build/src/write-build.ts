import type { Build } from '@tagstream/api-types';
import { type KubeClient, resources } from '@tagstream/kube';
import { own } from './annotations.ts';
import { type PhaseChange, phasePatch } from './phase-change.ts';

/** The call to the API server that the progress of a Build takes. */
export type BuildWriter = Pick<KubeClient, 'mergePatch'>;

/**
 * Enters a phase, if the Build is still as it was read.
 * @returns the Build as it is now; undefined when a Build in its phase cannot enter that one
 * @throws KubeError `conflict` when somebody changed the Build in between: read it and decide anew
 */
export async function writePhase(
  api: BuildWriter,
  build: Build,
  change: PhaseChange,
  now: Date,
): Promise<Build | undefined> {
  const status = phasePatch(build, change, now);
  if (status === undefined) return undefined;
  return await api.mergePatch<Build>(keyOf(build), { ...guard(build), status }, { subresource: 'status' });
}

/**
 * Says who runs a Build and where its log is, if the Build is still as it was read.
 * @param claim `runner`: `<runner>/<instance>`; `log`: `nats:<subject>` or `pod:<name>/<container>`
 * @throws KubeError `conflict` when somebody changed the Build in between, maybe claimed it
 */
export async function claimBuild(
  api: BuildWriter,
  build: Build,
  claim: { readonly runner: string; readonly log?: string },
): Promise<Build> {
  const annotations = { [own.runner]: claim.runner, ...(claim.log && { [own.log]: claim.log }) };
  const { resourceVersion } = build.metadata;
  return await api.mergePatch<Build>(keyOf(build), { metadata: { resourceVersion, annotations } });
}

/** Who runs a Build, as {@link claimBuild} wrote it. */
export function runnerOf(build: Pick<Build, 'metadata'>): string | undefined {
  return build.metadata.annotations?.[own.runner];
}

/** Where the log of a Build is, as {@link claimBuild} wrote it. */
export function logOf(build: Pick<Build, 'metadata'>): string | undefined {
  return build.metadata.annotations?.[own.log];
}

const guard = ({ metadata }: Build) => ({ metadata: { resourceVersion: metadata.resourceVersion } });

const keyOf = ({ metadata }: Build) => ({
  resource: resources.builds,
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

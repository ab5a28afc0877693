import type { BuildRequest, ImageStream, NormalBuildConfig } from '@tagstream/api-types';
import {
  configChangeCause,
  followedStreams,
  followedTags,
  imageChangeRequest,
  imageResolver,
  isPaused,
  readImages,
  streamId,
} from '@tagstream/build';
import type { StepDeps } from './deps.ts';
import { makeBuild } from './make-build.ts';
import type { ConfigView } from './views.ts';

/**
 * Makes a Build of a BuildConfig when a trigger asks for it: the first one for ConfigChange, one for tags that moved.
 * What is in view says whether to look closer; what is live then decides.
 */
export async function runTriggers(deps: StepDeps, { stored, bc, problems }: ConfigView): Promise<void> {
  if (problems.length > 0 || isPaused(stored) || stored.metadata.deletionTimestamp) return;
  const isFirst = (bc.status?.lastVersion ?? 0) === 0;
  if (isFirst && bc.spec.triggers.some(({ type }) => type === 'ConfigChange')) {
    await makeBuild(deps, bc, 'config-change', firstBuild(bc));
    return;
  }
  if (!mayHaveMoved(deps, bc)) return;
  const request = imageChangeRequest(bc, await readImages(deps.kube, followedTags(bc)));
  if (request !== undefined) await makeBuild(deps, bc, 'image-change', request);
}

function firstBuild({ metadata }: NormalBuildConfig): BuildRequest {
  return {
    metadata: { name: metadata.name, namespace: metadata.namespace ?? '' },
    lastVersion: 0,
    triggeredBy: [configChangeCause],
  };
}

/** Streams of namespaces that are not looked at may always have moved. */
function mayHaveMoved(deps: StepDeps, bc: NormalBuildConfig): boolean {
  const streams = new Map<string, ImageStream | null>();
  for (const name of followedStreams(bc)) {
    const stream = deps.stream(name);
    if (stream === undefined) return true;
    streams.set(streamId(name), stream);
  }
  return imageChangeRequest(bc, imageResolver(streams)) !== undefined;
}

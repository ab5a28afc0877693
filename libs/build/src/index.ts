export { openshift as openshiftAnnotations, own as ownAnnotations } from './annotations.ts';
export type { BuildApi } from './build-api.ts';
export { findBuild, readConfig, readImages, recordVersion } from './build-api.ts';
export { BuildError, type BuildErrorCode } from './build-error.ts';
export { imagesOf } from './build-inputs.ts';
export { configChangeCause, imageChangeCause, manualCause, webHookCause } from './causes.ts';
export { clone } from './clone.ts';
export { cloneBuild } from './clone-build.ts';
export { configuredRef, gitRefMatches } from './git-ref.ts';
export { configNameOf, isBuildOf, numberOf, runPolicyOf } from './identity.ts';
export { followedStreams, followedTags, imageChangeRequest } from './image-change.ts';
export { type InstantiateContext, instantiate, isPaused } from './instantiate.ts';
export { type InstantiateOptions, instantiateBuild } from './instantiate-build.ts';
export { logSnippet } from './log-snippet.ts';
export { buildName, buildPodName } from './names.ts';
export { type OutputReference, outputReference, outputStream } from './output-reference.ts';
export { canEnter, isTerminal, phaseOf } from './phase.ts';
export { type PhaseChange, phasePatch } from './phase-change.ts';
export { prunable } from './prune.ts';
export { type BuildReason, buildReasons, cancelledByUser } from './reasons.ts';
export {
  type ImageResolver,
  imageResolver,
  type ResolvedImage,
  type StreamName,
  streamId,
  streamOf,
} from './resolve-image.ts';
export { type PolicyStep, policyStep } from './run-policy.ts';
export { sourceSummary } from './summary.ts';
export { type BuildWriter, claimBuild, logOf, runnerOf, writePhase } from './write-build.ts';

export type { Action, ChangeRc, EventNote, WriteRefusal } from './action.ts';
export { openshift as openshiftAnnotations, own as ownAnnotations } from './annotations.ts';
export { cancelledByUserAnnotations } from './cancellation.ts';
export type { ConditionWish } from './conditions.ts';
export type { Emission, Milestone } from './emissions.ts';
export { decodeConfig, encodeConfig } from './encoded-config.ts';
export { DeploymentError, type DeploymentErrorCode } from './errors.ts';
export {
  type FollowedTag,
  followedTags,
  type ImageChange,
  imageChange,
  imageTriggersOf,
  type TagResolver,
} from './image-triggers.ts';
export { type ImageWait, imageWait } from './image-wait.ts';
export { deployerPodName, hookPodName, replicationControllerName, shortenedName } from './name.ts';
export { nextStep } from './next-step.ts';
export type { Observed } from './observed.ts';
export { type Cancellation, cancellation } from './operations/cancel.ts';
export {
  type ConfigTriggersWrite,
  configTriggers,
  writeConfigTriggers,
} from './operations/config-triggers.ts';
export { storedUpdate } from './operations/config-update.ts';
export { type Converted, type ConvertOptions, convertConfig } from './operations/convert.ts';
export {
  type InstantiateRequest,
  type Instantiation,
  instantiate,
  obstacleToLatest,
} from './operations/instantiate.ts';
export { type NewConfig, newConfig } from './operations/new-config.ts';
export { afterConflict, versionPatch } from './operations/new-version.ts';
export { guarded, imageOperations, type PatchOperation } from './operations/patch-operation.ts';
export { type PauseChange, pause, resume } from './operations/pause.ts';
export { tagsToRefresh, withImages } from './operations/refresh-images.ts';
export type { Refusal, RefusalReason } from './operations/refusal.ts';
export { type Retry, retry } from './operations/retry.ts';
export { disabledTriggers, type Rollback, type RollbackRequest, rollback } from './operations/rollback.ts';
export { type RollbackTarget, rollbackTarget } from './operations/rollback-target.ts';
export { type RolloutHistoryRow, rolloutHistory } from './operations/rollout-history.ts';
export { type RolloutStatus, rolloutStatus } from './operations/rollout-status.ts';
export {
  changedTriggers,
  type ImageTriggerDefinition,
  type TriggerChange,
  type TriggerDefinition,
  type TriggerRow,
  triggerRows,
} from './operations/trigger-definition.ts';
export {
  podSpecPaths,
  type TriggeredKind,
  type TriggeredWorkload,
  type WorkloadTriggersWrite,
  workloadTriggers,
  writeWorkloadTriggers,
} from './operations/workload-triggers.ts';
export { type Claim, claimOn } from './ownership.ts';
export { canEnter, isCancelled, isTerminal, type Phase, phaseOf } from './phase.ts';
export { recordedConfig } from './recorded-config.ts';
export { newReplicationController, ownerReferenceTo } from './replication-controller.ts';
export { isPodOf, type RolloutPod } from './rollout-pod.ts';
export { computeStatus, type StatusInput, statusDiffers } from './status.ts';
export { tellsOfRolloutUnderWay } from './status-hold.ts';
export { follows, type LiveTag, specTagOf, type TagTarget, tagTargetId } from './tag-target.ts';
export { sameTemplate } from './template.ts';
export { decideVersion, type VersionDecision } from './version-decision.ts';
export { activeOf, latestOf, latestVersionOf, versionOf } from './versions.ts';

export {
  type ImageChange,
  reactToTriggers,
  type TriggeredObject,
  type TriggerReaction,
} from './annotation-triggers.ts';
export {
  type ApplyResult,
  applyRegistryPoll,
  type RegistryObservation,
  type StaleReason,
} from './apply-observation.ts';
export {
  type ApplyRepositoryResult,
  applyRepositoryPoll,
  type RepositoryObservation,
} from './apply-repository.ts';
export { type BasedOn, basedOnItem, isStillNewest } from './based-on.ts';
export {
  type ContainerPlace,
  type ContainerSelector,
  findContainer,
  type ParsedFieldPath,
  type PodSpecContainers,
  parseFieldPath,
} from './field-path.ts';
export { type FoundImage, findImage } from './find-image.ts';
export {
  isInHistory,
  type LastPublished,
  tagUpdatedData,
  type UnpublishedItem,
  type UpdateContext,
  unpublishedItems,
} from './history-events.ts';
export {
  type ImportCause,
  type ImportRequest,
  importableTags,
  importRequest,
  scheduledTags,
  tagsToImport,
} from './import-decision.ts';
export { type HistoryLimit, limitHistory } from './limit-history.ts';
export {
  type LocalNameChange,
  type LocalNameChanges,
  localNameChanges,
  type ObjectWrite,
  RESOLVE_NAMES_ANNOTATION,
} from './local-name-changes.ts';
export {
  type LocalName,
  type LocalNameContext,
  type LocalStream,
  localStream,
  resolveLocalName,
} from './local-names.ts';
export { addTagEvent, type HistoryChange } from './merge-event.ts';
export { type GroupResource, type ImageContainer, type ImageTemplate, imageTemplate } from './pod-template.ts';
export {
  type Annotations,
  HOLD_ANNOTATION,
  MINIMUM_AGE_ANNOTATION,
  policyAnnotations,
  REVERTED_ANNOTATION,
  UPDATE_WINDOW_ANNOTATION,
} from './policy/annotations.ts';
export { type ImageField, imageOwner, type ManagedFields } from './policy/field-owner.ts';
export { mayUpdate, type UpdateCandidate, type UpdateVerdict } from './policy/may-update.ts';
export {
  type FieldOwner,
  judgeRevert,
  keptRevert,
  parseReverts,
  printReverts,
  type Revert,
  type Reverts,
} from './policy/reverts.ts';
export { type ParsedPolicy, type UpdatePolicy, updatePolicy } from './policy/update-policy.ts';
export { wayOut } from './policy/way-out.ts';
export { type ResolvedTag, resolveIntent, resolveTag, type TagIntent } from './pull-spec.ts';
export {
  INSECURE_REPOSITORY_ANNOTATION,
  isInsecureRepository,
  listedRepository,
  REPOSITORY_CHECK_ANNOTATION,
  type RepositoryWish,
  repositoryToImport,
} from './repository-import.ts';
export { effectiveGeneration, isPendingImport, observedGeneration, specHash } from './spec-tag.ts';
export { type IntegratedRegistry, type StatusRepositories, statusRepositories } from './status-repository.ts';
export { findStatusTag, latestTaggedImage, newestItem } from './status-tags.ts';
export {
  type ReconcileOptions,
  type ReconcileResult,
  reconcileSpecTags,
  type SpecTagError,
} from './synchronous-tags.ts';
export type { StreamAddress, StreamLookup } from './tag-evidence.ts';
export { DEFAULT_MAX_IMPORTED_TAGS, orderTags, selectTags } from './tag-order.ts';
export { isImportable, type TagAddress } from './tag-source.ts';
export { summarizeTags, type TagSummary } from './tag-summary.ts';
export { followersOf, trackedTag } from './tracking.ts';
export {
  followedTags,
  type ImageTrigger,
  type ParsedTriggers,
  parseTriggers,
  TRIGGERS_ANNOTATION,
  triggerSource,
} from './triggers.ts';
export { imageStreamProblems, tagProblems } from './validate.ts';
export { wantedTag, wantedTags } from './wanted-tags.ts';

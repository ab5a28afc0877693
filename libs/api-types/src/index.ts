export type {
  Build,
  BuildCondition,
  BuildOutput,
  BuildPhase,
  BuildRequest,
  BuildSpec,
  BuildStatus,
  BuildTriggerCause,
  CommonBuildSpec,
  WebHookCause,
} from './build.ts';
export type {
  BuildConfig,
  BuildConfigSpec,
  BuildConfigStatus,
  BuildRunPolicy,
  ImageChangeTriggerStatus,
  WebHookTriggerType,
} from './build-config.ts';
export type {
  NormalBuildConfig,
  NormalBuildConfigSpec,
  NormalBuildImageTrigger,
  NormalBuildStrategy,
  NormalBuildTrigger,
  NormalWebHookTrigger,
} from './build-config-normal.ts';
export {
  buildRunPolicies,
  DEFAULT_BUILDS_HISTORY_LIMIT,
  normalizeBuildConfig,
  strategyFrom,
} from './build-config-normalize.ts';
export { validateBuildConfig } from './build-config-validate.ts';
export { normalBuildStrategy } from './build-defaults.ts';
export type {
  BuildSource,
  GitBuildSource,
  GitSourceRevision,
  ImageSource,
  LocalReference,
  SourceControlUser,
  SourceRevision,
} from './build-source.ts';
export type {
  BuildStrategy,
  BuildStrategyType,
  CustomBuildStrategy,
  DockerBuildStrategy,
  SourceBuildStrategy,
} from './build-strategy.ts';
export { defaultPullPolicy } from './container-defaults.ts';
export type {
  CustomParams,
  DeploymentCause,
  DeploymentCondition,
  DeploymentConfig,
  DeploymentConfigSpec,
  DeploymentConfigStatus,
  DeploymentDetails,
  DeploymentStrategy,
  DeploymentTrigger,
  ImageChangeParams,
  IntOrPercent,
  LifecycleHook,
  RecreateParams,
  RollingParams,
  StrategyType,
} from './deployment-config.ts';
export {
  DEFAULT_ACTIVE_DEADLINE_SECONDS,
  DEFAULT_REVISION_HISTORY_LIMIT,
  DEFAULT_ROLLOUT_TIMEOUT_SECONDS,
} from './deployment-config-defaults.ts';
export type {
  NormalDeploymentConfig,
  NormalDeploymentConfigSpec,
  NormalImageChangeParams,
  NormalRecreateParams,
  NormalRollingParams,
  NormalStrategy,
  NormalTrigger,
} from './deployment-config-normal.ts';
export { normalizeDeploymentConfig } from './deployment-config-normalize.ts';
export { validateDeploymentConfig, validateDeploymentConfigUpdate } from './deployment-config-validate.ts';
export type { FieldProblem } from './field-problem.ts';
export { type DockerImageMetadata, type Image, type ImageLayer, type ImageManifest, imageObjectName } from './image.ts';
export type {
  ImageStream,
  ImageStreamSpec,
  ImageStreamStatus,
  NamedTagEventList,
  RepositoryTags,
  StreamCondition,
  TagEvent,
  TagEventCondition,
  TagImportPolicy,
  TagReference,
} from './image-stream.ts';
export { normalizeTag, type SpecTag, specTag, specTags, type TagSource } from './image-stream-normalize.ts';
export {
  historyProblems,
  type ImageStreamProblem,
  MAX_STREAM_NAME_LENGTH,
  streamNameProblems,
  tagReferenceProblems,
  tagSourceKinds,
} from './image-stream-validate.ts';
export type { ConditionStatus, KubeObject, ObjectMeta, ObjectReference, OwnerReference } from './meta.ts';
export type { Container, EnvVar, PodSpec, PodTemplateSpec } from './pod-template.ts';
export { defaultPodTemplate } from './pod-template-defaults.ts';
export type { ReplicationController } from './replication-controller.ts';

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
export type {
  ImageStream,
  ImageStreamSpec,
  ImageStreamStatus,
  NamedTagEventList,
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
export type { ReplicationController } from './replication-controller.ts';

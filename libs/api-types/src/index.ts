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
export type { ConditionStatus, KubeObject, ObjectMeta, ObjectReference, OwnerReference } from './meta.ts';
export type { Container, EnvVar, PodSpec, PodTemplateSpec } from './pod-template.ts';
export type { ReplicationController } from './replication-controller.ts';

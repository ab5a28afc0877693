import type { ConditionStatus, KubeObject, ObjectReference } from './meta.ts';
import type { EnvVar, PodTemplateSpec } from './pod-template.ts';

/** `apps.openshift.io/v1` DeploymentConfig. */
export interface DeploymentConfig extends KubeObject {
  spec: DeploymentConfigSpec;
  status?: DeploymentConfigStatus | null;
}

export interface DeploymentConfigSpec {
  strategy?: DeploymentStrategy | null;
  minReadySeconds?: number;
  /** null or absent means one ConfigChange trigger; an empty list means manual rollouts only. */
  triggers?: DeploymentTrigger[] | null;
  replicas?: number;
  revisionHistoryLimit?: number | null;
  test?: boolean;
  paused?: boolean;
  /** Plain label map, not a LabelSelector. */
  selector?: Record<string, string> | null;
  template?: PodTemplateSpec | null;
}

export type StrategyType = 'Rolling' | 'Recreate' | 'Custom';

export interface DeploymentStrategy {
  type?: StrategyType | '';
  customParams?: CustomParams | null;
  recreateParams?: RecreateParams | null;
  rollingParams?: RollingParams | null;
  resources?: Record<string, unknown>;
  labels?: Record<string, string> | null;
  annotations?: Record<string, string> | null;
  activeDeadlineSeconds?: number | null;
}

/** A count, or a percentage of the desired replicas written `25%`. */
export type IntOrPercent = number | string;

export interface RollingParams {
  updatePeriodSeconds?: number | null;
  intervalSeconds?: number | null;
  timeoutSeconds?: number | null;
  maxUnavailable?: IntOrPercent | null;
  maxSurge?: IntOrPercent | null;
  pre?: LifecycleHook | null;
  post?: LifecycleHook | null;
}

export interface RecreateParams {
  timeoutSeconds?: number | null;
  pre?: LifecycleHook | null;
  mid?: LifecycleHook | null;
  post?: LifecycleHook | null;
}

export interface CustomParams {
  image?: string;
  environment?: EnvVar[] | null;
  command?: string[] | null;
}

/** Exactly one of `execNewPod` and `tagImages`. */
export interface LifecycleHook {
  failurePolicy: 'Retry' | 'Abort' | 'Ignore';
  execNewPod?: {
    command: string[];
    env?: EnvVar[] | null;
    containerName: string;
    volumes?: string[] | null;
  } | null;
  tagImages?: { containerName: string; to: ObjectReference }[] | null;
}

export interface DeploymentTrigger {
  type: 'ImageChange' | 'ConfigChange' | (string & {});
  imageChangeParams?: ImageChangeParams | null;
}

export interface ImageChangeParams {
  automatic?: boolean;
  containerNames?: string[] | null;
  from?: ObjectReference;
  /** Pull spec that this trigger last wrote; managed by the system. */
  lastTriggeredImage?: string;
}

export interface DeploymentConfigStatus {
  latestVersion?: number;
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  readyReplicas?: number;
  details?: DeploymentDetails | null;
  conditions?: DeploymentCondition[] | null;
  /** Label selector as a string, for the scale subresource. */
  labelSelector?: string;
  /** What `kubectl get` shows under TRIGGERED BY: a printer column cannot compute it. */
  triggeredBy?: string;
  /** The rollout that was told about to its end: the uid of its ReplicationController, and the attempt. */
  announcedRollout?: string;
}

export interface DeploymentDetails {
  message?: string;
  causes?: DeploymentCause[] | null;
}

export interface DeploymentCause {
  type: 'Manual' | 'ConfigChange' | 'ImageChange';
  imageTrigger?: { from: ObjectReference } | null;
}

export interface DeploymentCondition {
  type: 'Available' | 'Progressing' | 'ReplicaFailure' | (string & {});
  status: ConditionStatus;
  lastUpdateTime?: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

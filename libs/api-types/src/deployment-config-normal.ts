import type {
  CustomParams,
  DeploymentConfig,
  DeploymentConfigSpec,
  DeploymentTrigger,
  ImageChangeParams,
  IntOrPercent,
  RecreateParams,
  RollingParams,
} from './deployment-config.ts';
import type { ObjectReference } from './meta.ts';
import type { PodTemplateSpec } from './pod-template.ts';

/** A DeploymentConfig with every default applied, so that no rule has to think of absent fields. */
export interface NormalDeploymentConfig extends DeploymentConfig {
  spec: NormalDeploymentConfigSpec;
}

export interface NormalDeploymentConfigSpec extends DeploymentConfigSpec {
  strategy: NormalStrategy;
  minReadySeconds: number;
  triggers: NormalTrigger[];
  replicas: number;
  /** null: old versions are never removed. */
  revisionHistoryLimit: number | null;
  test: boolean;
  paused: boolean;
  selector: Record<string, string>;
  /** As written: `defaultPodTemplate` is for comparing two of them. */
  template: PodTemplateSpec;
}

/** The parameters of the selected type are always there; those of the others only if the user wrote them. */
export type NormalStrategy = StrategyFields &
  (
    | { type: 'Rolling'; rollingParams: NormalRollingParams }
    | { type: 'Recreate'; recreateParams: NormalRecreateParams }
    | { type: 'Custom' }
  );

interface StrategyFields {
  rollingParams: NormalRollingParams | null;
  recreateParams: NormalRecreateParams | null;
  customParams: CustomParams | null;
  resources: Record<string, unknown>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  activeDeadlineSeconds: number;
}

export interface NormalRollingParams extends RollingParams {
  updatePeriodSeconds: number;
  intervalSeconds: number;
  timeoutSeconds: number;
  maxUnavailable: IntOrPercent;
  maxSurge: IntOrPercent;
}

export interface NormalRecreateParams extends RecreateParams {
  timeoutSeconds: number;
}

export interface NormalTrigger extends DeploymentTrigger {
  imageChangeParams?: NormalImageChangeParams;
}

export interface NormalImageChangeParams extends ImageChangeParams {
  automatic: boolean;
  containerNames: string[];
  /** kind, namespace and name are strings; an empty name is what validation reports. */
  from: ObjectReference & { kind: string; namespace: string; name: string };
  /** Empty until the trigger has written an image. */
  lastTriggeredImage: string;
}

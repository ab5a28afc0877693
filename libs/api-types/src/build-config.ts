import type { CommonBuildSpec } from './build.ts';
import type { LocalReference } from './build-source.ts';
import type { ConditionStatus, KubeObject, ObjectReference } from './meta.ts';

/** `build.openshift.io/v1` BuildConfig. */
export interface BuildConfig extends KubeObject {
  spec: BuildConfigSpec;
  status?: BuildConfigStatus | null;
}

export interface BuildConfigSpec extends CommonBuildSpec {
  triggers?: BuildTriggerPolicy[] | null;
  runPolicy?: BuildRunPolicy | '';
  /** How many finished builds are kept; absent: 5, null: all. */
  successfulBuildsHistoryLimit?: number | null;
  failedBuildsHistoryLimit?: number | null;
}

/** Parallel: at once. Serial: one after the other. SerialLatestOnly: as Serial, and those waiting give way to a newer one. */
export type BuildRunPolicy = 'Parallel' | 'Serial' | 'SerialLatestOnly';

/** The types that a trigger with a URL can have. */
export type WebHookTriggerType = 'GitHub' | 'GitLab' | 'Bitbucket' | 'Generic';

export interface BuildTriggerPolicy {
  type: WebHookTriggerType | 'ImageChange' | 'ConfigChange' | (string & {});
  github?: WebHookTrigger | null;
  gitlab?: WebHookTrigger | null;
  bitbucket?: WebHookTrigger | null;
  generic?: WebHookTrigger | null;
  imageChange?: BuildImageChangeTrigger | null;
}

export interface WebHookTrigger {
  /** Deprecated by OpenShift in favour of `secretReference`. */
  secret?: string;
  /** Only generic webhooks may bring environment variables. */
  allowEnv?: boolean;
  /** Secret of the same namespace; its key `WebHookSecretKey` counts. */
  secretReference?: LocalReference | null;
}

export interface BuildImageChangeTrigger {
  /** Deprecated by OpenShift in favour of `status.imageChangeTriggers`. */
  lastTriggeredImageID?: string;
  /** The strategy's `from` when absent. */
  from?: ObjectReference | null;
  paused?: boolean;
}

export interface BuildConfigStatus {
  /** Number of the newest Build. */
  lastVersion?: number;
  imageChangeTriggers?: ImageChangeTriggerStatus[] | null;
  /** `Valid`: whether the BuildConfig is one that OpenShift would have accepted. OpenShift has no conditions here. */
  conditions?: BuildConfigCondition[] | null;
  /** What `kubectl get` shows under FROM: a printer column cannot compute it. */
  sourceSummary?: string;
}

export interface ImageChangeTriggerStatus {
  lastTriggeredImageID?: string;
  from?: { namespace?: string; name?: string } | null;
  lastTriggerTime?: string | null;
}

export interface BuildConfigCondition {
  type: 'Valid';
  status: ConditionStatus;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

import type { BuildSource, LocalReference, SourceRevision } from './build-source.ts';
import type { BuildStrategy } from './build-strategy.ts';
import type { ConditionStatus, KubeObject, ObjectReference } from './meta.ts';
import type { EnvVar } from './pod-template.ts';

/** `build.openshift.io/v1` Build: one run of a BuildConfig. */
export interface Build extends KubeObject {
  spec: BuildSpec;
  /** Absent on a Build that nobody has looked at yet: phase New. */
  status?: BuildStatus | null;
}

/** What a BuildConfig and a Build say alike. */
export interface CommonBuildSpec {
  serviceAccount?: string;
  source?: BuildSource | null;
  revision?: SourceRevision | null;
  strategy: BuildStrategy;
  output?: BuildOutput | null;
  resources?: Record<string, unknown> | null;
  postCommit?: BuildPostCommit | null;
  completionDeadlineSeconds?: number | null;
  nodeSelector?: Record<string, string> | null;
  mountTrustedCA?: boolean | null;
}

export interface BuildSpec extends CommonBuildSpec {
  triggeredBy?: BuildTriggerCause[] | null;
}

export interface BuildOutput {
  /** An ImageStreamTag or a DockerImage; absent: the image is pushed nowhere. */
  to?: ObjectReference | null;
  pushSecret?: LocalReference | null;
  imageLabels?: { name: string; value?: string }[] | null;
}

/** Command that tests the new image before it is pushed. */
export interface BuildPostCommit {
  command?: string[] | null;
  args?: string[] | null;
  script?: string;
}

/** The webhooks' members of a cause carry the word `<secret>` in place of the secret. */
export interface WebHookCause {
  revision?: SourceRevision | null;
  secret?: string;
}

/** Why a build was started. */
export interface BuildTriggerCause {
  message?: string;
  genericWebHook?: WebHookCause | null;
  githubWebHook?: WebHookCause | null;
  gitlabWebHook?: WebHookCause | null;
  bitbucketWebHook?: WebHookCause | null;
  imageChangeBuild?: { imageID?: string; fromRef?: ObjectReference | null } | null;
}

export type BuildPhase = 'New' | 'Pending' | 'Running' | 'Complete' | 'Failed' | 'Error' | 'Cancelled';

export interface BuildStatus {
  phase?: BuildPhase;
  /** Asks whoever runs the build to stop. */
  cancelled?: boolean;
  reason?: string;
  message?: string;
  startTimestamp?: string | null;
  completionTimestamp?: string | null;
  /** Nanoseconds. */
  duration?: number;
  /** Where the image goes, as the controller resolved `spec.output.to`. */
  outputDockerImageReference?: string;
  /** The BuildConfig. */
  config?: ObjectReference | null;
  output?: { to?: { imageDigest?: string } | null } | null;
  stages?: unknown[] | null;
  /** The last lines of the log of a build that failed. */
  logSnippet?: string;
  conditions?: BuildCondition[] | null;
  /** What `kubectl get` shows under FROM: a printer column cannot compute it. */
  sourceSummary?: string;
  /** The phase with its reason, for the column STATUS. */
  phaseSummary?: string;
  /** For the column DURATION. */
  durationSummary?: string;
}

/** One for each phase that was entered; the present one is True. */
export interface BuildCondition {
  type: string;
  status: ConditionStatus;
  lastUpdateTime?: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

/** What a client asks of a BuildConfig (`instantiate`) or of a Build (`clone`). */
export interface BuildRequest {
  /** The name is that of the BuildConfig or Build; labels and annotations are put on the Build. */
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  revision?: SourceRevision | null;
  triggeredByImage?: ObjectReference | null;
  /** The ImageChange trigger that `triggeredByImage` is about. */
  from?: ObjectReference | null;
  binary?: { asFile?: string } | null;
  /** Refused unless the BuildConfig's `status.lastVersion` is this. */
  lastVersion?: number | null;
  env?: EnvVar[] | null;
  triggeredBy?: BuildTriggerCause[] | null;
  dockerStrategyOptions?: { buildArgs?: EnvVar[] | null; noCache?: boolean | null } | null;
  sourceStrategyOptions?: { incremental?: boolean | null } | null;
}

import type { BuildConfig, BuildConfigSpec, BuildRunPolicy, WebHookTriggerType } from './build-config.ts';
import type {
  BuildStrategy,
  CustomBuildStrategy,
  DockerBuildStrategy,
  JenkinsPipelineBuildStrategy,
  SourceBuildStrategy,
} from './build-strategy.ts';
import type { ObjectReference } from './meta.ts';

/** A BuildConfig with every default applied, so that no rule has to think of absent fields. */
export interface NormalBuildConfig extends BuildConfig {
  spec: NormalBuildConfigSpec;
}

export interface NormalBuildConfigSpec extends Omit<BuildConfigSpec, 'triggers'> {
  strategy: NormalBuildStrategy;
  triggers: NormalBuildTrigger[];
  runPolicy: BuildRunPolicy;
  serviceAccount: string;
  /** null: finished builds are never removed. */
  successfulBuildsHistoryLimit: number | null;
  failedBuildsHistoryLimit: number | null;
}

/** Type `''`: none of the strategies is there, which validation reports. */
export type NormalBuildStrategy = BuildStrategy &
  (
    | { type: 'Docker'; dockerStrategy: DockerBuildStrategy }
    | { type: 'Source'; sourceStrategy: SourceBuildStrategy }
    | { type: 'Custom'; customStrategy: CustomBuildStrategy }
    | { type: 'JenkinsPipeline'; jenkinsPipelineStrategy: JenkinsPipelineBuildStrategy }
    | { type: '' }
  );

/** Triggers of unknown types are left out. `index` is the place in the list as stored. */
export type NormalBuildTrigger =
  | { readonly type: 'ConfigChange'; readonly index: number }
  | NormalBuildImageTrigger
  | NormalWebHookTrigger;

export interface NormalWebHookTrigger {
  readonly type: WebHookTriggerType;
  readonly index: number;
  /** Without its body the trigger has no secret, and accepts nothing. */
  readonly hasBody: boolean;
  /** Empty when there is none. */
  readonly secret: string;
  /** Name of the Secret, empty when there is none. */
  readonly secretName: string;
  /** The trigger has a secretReference, with a name or without. */
  readonly hasReference: boolean;
  readonly allowEnv: boolean;
}

export interface NormalBuildImageTrigger {
  readonly type: 'ImageChange';
  readonly index: number;
  /** The trigger's own, or the strategy's. The namespace is filled in. */
  readonly from: ObjectReference & { kind: string; namespace: string; name: string };
  /** The trigger names the tag itself. */
  readonly hasOwnFrom: boolean;
  readonly paused: boolean;
  /** The deprecated field of the spec; empty when absent. */
  readonly lastTriggeredImageID: string;
}

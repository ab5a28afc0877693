import type { LocalReference } from './build-source.ts';
import type { ObjectReference } from './meta.ts';
import type { EnvVar } from './pod-template.ts';

export type BuildStrategyType = 'Docker' | 'Source' | 'Custom' | 'JenkinsPipeline';

/** `spec.strategy`: exactly one of the members, with the redundant `type`. */
export interface BuildStrategy {
  type?: BuildStrategyType | '';
  dockerStrategy?: DockerBuildStrategy | null;
  sourceStrategy?: SourceBuildStrategy | null;
  customStrategy?: CustomBuildStrategy | null;
  jenkinsPipelineStrategy?: JenkinsPipelineBuildStrategy | null;
}

/** Builds a Dockerfile. */
export interface DockerBuildStrategy {
  /** Replaces the image of the last FROM. */
  from?: ObjectReference | null;
  pullSecret?: LocalReference | null;
  noCache?: boolean;
  env?: EnvVar[] | null;
  forcePull?: boolean;
  /** Relative to the context directory; `Dockerfile` when empty. */
  dockerfilePath?: string;
  buildArgs?: EnvVar[] | null;
  imageOptimizationPolicy?: 'None' | 'SkipLayers' | 'SkipLayersAndWarn' | null;
  volumes?: unknown[] | null;
}

/** Source-to-image: a builder image with the scripts `assemble` and `run`. */
export interface SourceBuildStrategy {
  from: ObjectReference;
  pullSecret?: LocalReference | null;
  env?: EnvVar[] | null;
  /** Where the scripts are, when not in the builder image. */
  scripts?: string;
  incremental?: boolean | null;
  forcePull?: boolean;
  volumes?: unknown[] | null;
}

/** An image that does everything itself. */
export interface CustomBuildStrategy {
  from: ObjectReference;
  pullSecret?: LocalReference | null;
  env?: EnvVar[] | null;
  exposeDockerSocket?: boolean;
  forcePull?: boolean;
  secrets?: { secretSource: LocalReference; mountPath: string }[] | null;
  buildAPIVersion?: string;
}

export interface JenkinsPipelineBuildStrategy {
  jenkinsfilePath?: string;
  jenkinsfile?: string;
  env?: EnvVar[] | null;
}

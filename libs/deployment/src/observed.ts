import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { Emission } from './emissions.ts';
import type { TagResolver } from './image-triggers.ts';
import type { RolloutPod } from './rollout-pod.ts';
import type { LiveTag } from './tag-target.ts';

/**
 * Everything that the next step of a DeploymentConfig depends on. The ReplicationControllers must be of one moment, as a
 * single watch shows them; the DeploymentConfig and the pods may be of others, older or newer.
 */
export interface Observed {
  readonly dc: NormalDeploymentConfig;
  /** What makes the DeploymentConfig unusable, in words; empty when it is valid. */
  readonly problems: readonly string[];
  /** Those of its namespace that have its label or its owner reference. */
  readonly rcs: readonly ReplicationController[];
  readonly resolve: TagResolver;
  /** Pods that have not ended, by the name of their ReplicationController, where they were counted a moment ago. */
  readonly runningPods: ReadonlyMap<string, number>;
  /** Hook and deployer pods of its ReplicationControllers. */
  readonly pods: readonly RolloutPod[];
  /** Of these pods those that were read a moment ago, by name; null where there is none. */
  readonly livePods: ReadonlyMap<string, RolloutPod | null>;
  /** Tags that were read a moment ago, by {@link tagTargetId}. */
  readonly liveTags: ReadonlyMap<string, LiveTag>;
  /** Whether this process knows that a milestone was published; what it forgets is published again, with the same id. */
  readonly isPublished: (emission: Emission) => boolean;
  /** Whether others can be told, as far as this process knows: false after a failure to. */
  readonly canPublish: boolean;
  /**
   * When this process last wrote the status, in milliseconds since the epoch, and for how long how far a rollout is may then
   * stay unwritten; undefined when it has not written it.
   */
  readonly statusWritten?: { readonly atMs: number; readonly holdMs: number } | undefined;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** What the parts of the decision share: the observation and what follows from it directly. */
export interface View extends Observed {
  /** The ReplicationControllers that the DeploymentConfig owns. */
  readonly owned: readonly ReplicationController[];
  /** `nowMs` in ISO 8601. */
  readonly now: string;
}

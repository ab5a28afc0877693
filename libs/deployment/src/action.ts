import type { DeploymentConfigStatus, KubeObject, ReplicationController } from '@tagstream/api-types';
import type { Reverts } from '@tagstream/image-stream';
import type { Emission } from './emissions.ts';
import type { ImageChange } from './image-triggers.ts';
import type { RolloutPod } from './rollout-pod.ts';
import type { LiveTag, TagTarget } from './tag-target.ts';

/** An event to be recorded on the DeploymentConfig. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What every write brings along. */
interface Write {
  /**
   * Objects that the decision rests on and that the write itself cannot guard: to be read live just before, and the write
   * dropped when one has another resourceVersion. The object written to is always guarded by the write.
   */
  readonly restsOn?: readonly KubeObject[];
  /** To be recorded once the write is done. */
  readonly events?: readonly EventNote[];
  /** To be recorded when the API server refuses the write, with its answer appended to the message. */
  readonly onRefusal?: Omit<EventNote, 'type'>;
  /** What to write in place of a write that the API server refuses; without, the write is tried again with growing waits. */
  readonly otherwise?: (refusal: WriteRefusal) => ChangeRc | undefined;
}

/** Why a write was not done. */
export interface WriteRefusal {
  /** `foreign`: something of its name is there that does not belong to what it was written for. */
  readonly kind: 'foreign' | 'refused';
  readonly message: string;
}

/** Changes to one ReplicationController, in a single write that fails when it is not as observed. */
export interface ChangeRc extends Write {
  readonly kind: 'change-rc';
  readonly why: 'cancel' | 'claim' | 'scale' | 'phase' | 'hook' | 'announce';
  readonly rc: ReplicationController;
  readonly replicas?: number;
  /** null removes the annotation. */
  readonly annotations: Readonly<Record<string, string | null>>;
}

/** The one thing to do next for a DeploymentConfig. At most one write at a time; afterwards everything is looked at anew. */
export type Action =
  | (Write & {
      readonly kind: 'patch-spec';
      readonly change: ImageChange;
      /** What to keep on the object about images that were taken back; absent leaves what is there. */
      readonly reverts?: Reverts;
    })
  | (Write & { readonly kind: 'bump-version'; readonly status: DeploymentConfigStatus })
  | (Write & { readonly kind: 'create-rc'; readonly rc: ReplicationController })
  | (Write & { readonly kind: 'adopt'; readonly rc: ReplicationController })
  | (Write & { readonly kind: 'release'; readonly rc: ReplicationController })
  | (Write & { readonly kind: 'delete-rc'; readonly rc: ReplicationController })
  | ChangeRc
  /** A hook or deployer pod of a ReplicationController. */
  | (Write & { readonly kind: 'create-pod'; readonly rc: ReplicationController; readonly pod: RolloutPod })
  /** Fails when there is another pod of that name. */
  | (Write & { readonly kind: 'delete-pod'; readonly pod: RolloutPod })
  /** Has a tag of an ImageStream follow an image. `live` was read before what the write rests on. */
  | (Write & {
      readonly kind: 'tag-image';
      readonly target: TagTarget;
      readonly image: string;
      readonly live: Exclude<LiveTag, { kind: 'forbidden' }>;
    })
  | (Write & { readonly kind: 'write-status'; readonly status: DeploymentConfigStatus })
  /** Not a write: tell, then look anew with these milestones known as published. */
  | { readonly kind: 'publish'; readonly emissions: readonly Emission[] }
  /** Not a write: count the pods of the ReplicationController that have not ended, then look anew. */
  | { readonly kind: 'count-pods'; readonly rc: ReplicationController }
  /** Not a write: read a hook or deployer pod of the ReplicationController, then look anew. */
  | { readonly kind: 'read-pod'; readonly rc: ReplicationController; readonly name: string }
  /** Not a write: read the tags that a ReplicationController's hook is to set, then look anew. */
  | { readonly kind: 'read-tags'; readonly rc: ReplicationController; readonly targets: readonly TagTarget[] }
  /** Nothing to do until something changes, or until the time has passed. */
  | { readonly kind: 'wait'; readonly reason: string; readonly againAfterMs?: number };

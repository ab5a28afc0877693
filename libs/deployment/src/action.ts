import type { DeploymentConfigStatus, KubeObject, ReplicationController } from '@tagstream/api-types';
import type { Emission } from './emissions.ts';
import type { ImageChange } from './image-triggers.ts';

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
}

/** Changes to one ReplicationController, in a single write that fails when it is not as observed. */
export interface ChangeRc extends Write {
  readonly kind: 'change-rc';
  readonly why: 'cancel' | 'claim' | 'scale' | 'phase' | 'announce';
  readonly rc: ReplicationController;
  readonly replicas?: number;
  /** null removes the annotation. */
  readonly annotations: Readonly<Record<string, string | null>>;
}

/** The one thing to do next for a DeploymentConfig. At most one write at a time; afterwards everything is looked at anew. */
export type Action =
  | (Write & { readonly kind: 'patch-spec'; readonly change: ImageChange })
  | (Write & { readonly kind: 'bump-version'; readonly status: DeploymentConfigStatus })
  | (Write & { readonly kind: 'create-rc'; readonly rc: ReplicationController })
  | (Write & { readonly kind: 'adopt'; readonly rc: ReplicationController })
  | (Write & { readonly kind: 'release'; readonly rc: ReplicationController })
  | (Write & { readonly kind: 'delete-rc'; readonly rc: ReplicationController })
  | ChangeRc
  | (Write & { readonly kind: 'write-status'; readonly status: DeploymentConfigStatus })
  /** Not a write: tell, then look anew with these milestones known as published. */
  | { readonly kind: 'publish'; readonly emissions: readonly Emission[] }
  /** Not a write: count the pods of the ReplicationController that have not ended, then look anew. */
  | { readonly kind: 'count-pods'; readonly rc: ReplicationController }
  /** Nothing to do until something changes, or until the time has passed. */
  | { readonly kind: 'wait'; readonly reason: string; readonly againAfterMs?: number };

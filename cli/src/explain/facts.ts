import type { ImageStream, KubeObject, NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { CheckRecord } from '@tagstream/events';
import type { TagAddress } from '@tagstream/image-stream';

/** What is explained. */
export type Subject =
  /** Anything whose triggers stand in its annotation. `base` is where its pod spec is: `spec.template.spec`. */
  | { readonly kind: 'workload'; readonly type: string; readonly object: KubeObject; readonly base: string }
  | {
      readonly kind: 'config';
      readonly dc: NormalDeploymentConfig;
      /** ReplicationController of the latest version; undefined when it is not there. */
      readonly latest: ReplicationController | undefined;
    }
  /** Tags of a stream, all or one. */
  | { readonly kind: 'tags'; readonly stream: ImageStream; readonly tags: readonly TagAddress[] };

/** A stream that was to be read. */
export type StreamRead =
  | { readonly kind: 'stream'; readonly stream: ImageStream }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** A Kubernetes Event about the object that says that something is wrong. */
export interface EventSeen {
  readonly reason: string;
  readonly message: string;
  /** When it was said last, milliseconds since the epoch. */
  readonly atMs: number;
}

/** A message that a service gave up on. */
export interface DeadLetterSeen {
  readonly service: string;
  readonly reason: string;
  /** What the message was about: `tag-updated`. */
  readonly event: string;
  readonly sequence: number;
  readonly atMs: number;
}

/** Containers of pods that cannot start, all for the same reason. */
export interface StuckPods {
  readonly pods: number;
  readonly container: string;
  /** `ImagePullBackOff` */
  readonly reason: string;
  readonly message: string;
}

/** What NATS told; absent parts could not be read. */
export type NatsRead =
  | { readonly kind: 'read' }
  /** No address is known. */
  | { readonly kind: 'no-address' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Everything that the explanation is made of, read at about the same time. */
export interface Facts {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly namespace: string;
  readonly subject: Subject;
  readonly stream: (namespace: string, name: string) => StreamRead;
  readonly check: (tag: TagAddress) => CheckRecord | undefined;
  readonly nats: NatsRead;
  readonly deadLetters: (tag: TagAddress) => readonly DeadLetterSeen[];
  readonly events: readonly EventSeen[];
  readonly stuckPods: readonly StuckPods[];
  /** What could not be read in Kubernetes, and why. */
  readonly unread: readonly string[];
}

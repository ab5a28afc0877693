import type { ReplicationController } from '@tagstream/api-types';
import { own } from './annotations.ts';

/** A ReplicationController as the strategies see it: counts, and when it was last scaled. */
export interface Member {
  readonly rc: ReplicationController;
  readonly name: string;
  /** Replicas asked for. */
  readonly replicas: number;
  /** Pods that exist, those being deleted not counted. */
  readonly current: number;
  /**
   * Pods that have been ready for `minReadySeconds`; never more than are asked for, because after a scale-down the status
   * still counts pods that are about to go. Kubernetes deletes pods that are not ready first.
   */
  readonly available: number;
  /** Kubernetes has seen the replicas asked for and the pods are as many. */
  readonly caughtUp: boolean;
  /** Instant of the last change of `replicas` by a rollout, in milliseconds; 0 when there was none. */
  readonly lastProgressMs: number;
}

export function memberOf(rc: ReplicationController): Member {
  const replicas = rc.spec.replicas ?? 0;
  const current = rc.status?.replicas ?? 0;
  const seen = (rc.status?.observedGeneration ?? 0) >= (rc.metadata.generation ?? 0);
  return {
    rc,
    name: rc.metadata.name,
    replicas,
    current,
    available: Math.min(rc.status?.availableReplicas ?? 0, replicas),
    caughtUp: seen && current === replicas,
    lastProgressMs: instantMs(rc, own.lastProgress),
  };
}

/** Instant kept in an annotation, in milliseconds since the epoch; 0 when missing or unreadable. */
export function instantMs(rc: ReplicationController, annotation: string): number {
  const ms = Date.parse(rc.metadata.annotations?.[annotation] ?? '');
  return Number.isNaN(ms) ? 0 : ms;
}

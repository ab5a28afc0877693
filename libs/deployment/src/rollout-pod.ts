import type { KubeObject, OwnerReference, PodSpec, ReplicationController } from '@tagstream/api-types';
import { openshift } from './annotations.ts';
import { podAttempt } from './attempt.ts';

/** A pod that runs for a rollout: a hook, or the deployer of a Custom strategy. Kubernetes' own Pod, as far as rollouts look at it. */
export interface RolloutPod extends KubeObject {
  readonly spec?: PodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly containerStatuses?: readonly ContainerState[] | null;
  };
}

interface ContainerState {
  readonly name: string;
  readonly state?: { readonly terminated?: Terminated | null } | null;
}

interface Terminated {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** The reference that has Kubernetes delete the pod with its ReplicationController. OpenShift: not a controlling one. */
export function podOwnerReference(rc: ReplicationController): OwnerReference {
  return { apiVersion: 'v1', kind: 'ReplicationController', name: rc.metadata.name, uid: rc.metadata.uid ?? '' };
}

/**
 * Whether a pod belongs to a ReplicationController: by its owner, and, as OpenShift made pods without one, by its annotation.
 * What a namesake left behind, which had another uid, does not.
 */
export function isPodOf(pod: KubeObject, rc: ReplicationController): boolean {
  const owners = (pod.metadata.ownerReferences ?? []).filter(({ kind }) => kind === 'ReplicationController');
  if (owners.length > 0) return owners.some(({ uid }) => uid === rc.metadata.uid);
  return pod.metadata.annotations?.[openshift.deploymentName] === rc.metadata.name;
}

/** Whether the pod has run to its end, whatever the end was. */
export function hasEnded({ status }: RolloutPod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Whether somebody has asked for its deletion. */
export function isLeaving({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether a pod was made for an earlier attempt than the given one. */
export function isLeftOver(pod: RolloutPod, attempt: number): boolean {
  return podAttempt(pod) < attempt;
}

/** Why a pod failed, from what its status says: `container lifecycle ended with exit code 1 (Error)`. */
export function failureOf({ status }: RolloutPod): string {
  if (status?.reason) return status.message ? `${status.reason}: ${status.message}` : status.reason;
  for (const { name, state } of status?.containerStatuses ?? []) {
    const ended = state?.terminated;
    if (!ended || ended.exitCode === 0) continue;
    const why = ended.message?.trim() || ended.reason;
    return `container ${name} ended with exit code ${ended.exitCode ?? '?'}${why ? ` (${why})` : ''}`;
  }
  return 'its status does not say why';
}

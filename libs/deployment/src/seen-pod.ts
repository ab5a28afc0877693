import type { ReplicationController } from '@tagstream/api-types';
import { openshift } from './annotations.ts';
import type { View } from './observed.ts';
import { isPodOf, type RolloutPod } from './rollout-pod.ts';

/**
 * A pod by name: what a live read said, otherwise what is in view.
 * @returns null when a live read found none, undefined when it is not in view and was not read
 */
export function seenPod({ pods, livePods }: View, name: string): RolloutPod | null | undefined {
  const live = livePods.get(name);
  return live === undefined ? pods.find(({ metadata }) => metadata.name === name) : live;
}

/** The pods of a ReplicationController that are in view or were read, found as OpenShift finds them. */
export function podsOf({ pods, livePods }: View, rc: ReplicationController): RolloutPod[] {
  const read = [...livePods.values()].filter((pod) => pod !== null);
  return [...pods.filter(({ metadata }) => !livePods.has(metadata.name)), ...read].filter(
    (pod) => pod.metadata.labels?.[openshift.deployerPodFor] === rc.metadata.name && isPodOf(pod, rc),
  );
}

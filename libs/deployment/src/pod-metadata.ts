import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { openshift, own } from './annotations.ts';
import { podOwnerReference, type RolloutPod } from './rollout-pod.ts';

/** How long a hook or deployer pod has to end once it is told to. OpenShift: ten seconds. */
export const GRACE_SECONDS = 10;

/**
 * Metadata of a hook or deployer pod. OpenShift: labels and annotations of the strategy are added but cannot replace those
 * by which the pod is found.
 * @param labels beside the one that every such pod has
 */
export function podMetadata(
  config: NormalDeploymentConfig,
  rc: ReplicationController,
  pod: { readonly name: string; readonly attempt: number; readonly labels?: Readonly<Record<string, string>> },
): RolloutPod['metadata'] {
  const { strategy } = config.spec;
  return {
    name: pod.name,
    namespace: rc.metadata.namespace ?? '',
    labels: { ...strategy.labels, ...pod.labels, [openshift.deployerPodFor]: rc.metadata.name },
    annotations: {
      ...strategy.annotations,
      [openshift.deploymentName]: rc.metadata.name,
      [openshift.configName]: config.metadata.name,
      [own.attempt]: String(pod.attempt),
    },
    ownerReferences: [podOwnerReference(rc)],
  };
}

/** OpenShift: by these a hook or deployer learns which rollout it runs for. */
export function deploymentEnv(rc: ReplicationController): { name: string; value: string }[] {
  return [
    { name: 'OPENSHIFT_DEPLOYMENT_NAME', value: rc.metadata.name },
    { name: 'OPENSHIFT_DEPLOYMENT_NAMESPACE', value: rc.metadata.namespace ?? '' },
  ];
}

/** The fields of an object that are there, of those named. */
export function pick(object: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    fields
      .filter((field) => object[field] !== undefined && object[field] !== null)
      .map((field) => [field, object[field]]),
  );
}

import type { ReplicationController } from '@tagstream/api-types';
import type { RolloutPod } from '@tagstream/deployment';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';

/** Reads a hook or deployer pod of a ReplicationController; null when there is none. */
export async function readPod(
  kube: Pick<KubeClient, 'get'>,
  rc: ReplicationController,
  name: string,
): Promise<RolloutPod | null> {
  try {
    const namespace = rc.metadata.namespace ?? '';
    return await kube.get<RolloutPod>({ resource: resources.pods, namespace, name });
  } catch (error) {
    if (isKubeError(error, 'not_found')) return null;
    throw error;
  }
}

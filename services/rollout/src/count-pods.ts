import type { ReplicationController } from '@tagstream/api-types';
import { type KubeClient, resources } from '@tagstream/kube';

/** Counts the pods of a ReplicationController that have not ended, those being deleted included. */
export async function countRunningPods(kube: Pick<KubeClient, 'list'>, rc: ReplicationController): Promise<number> {
  const labels = Object.entries(rc.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  const { items } = await kube.list(resources.pods, {
    namespace: rc.metadata.namespace ?? '',
    labelSelector: labels.join(','),
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
  });
  return items.length;
}

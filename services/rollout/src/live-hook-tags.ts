import type { ImageStream, ReplicationController } from '@tagstream/api-types';
import type { LiveTag, TagTarget } from '@tagstream/deployment';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';

type Kube = Pick<KubeClient, 'get' | 'request'>;

/** Reads the ImageStream of a tag that a hook is to set. */
export async function readHookTag(kube: Kube, rc: ReplicationController, target: TagTarget): Promise<LiveTag> {
  const { namespace, stream: name } = target;
  const from = rc.metadata.namespace ?? '';
  if (namespace !== from && !(await mayTag(kube, from, target))) {
    const reason = `service account deployer of namespace ${from} may not patch imagestreams in namespace ${namespace}`;
    return { kind: 'forbidden', reason };
  }
  try {
    return {
      kind: 'stream',
      stream: await kube.get<ImageStream>({ resource: resources.imageStreams, namespace, name }),
    };
  } catch (error) {
    if (isKubeError(error, 'not_found')) return { kind: 'no-stream' };
    throw error;
  }
}

/**
 * This service may write everywhere; who may write a DeploymentConfig may not. OpenShift has hooks run under the service account
 * `deployer` of their namespace, so its rights decide what a hook may do in another one.
 */
async function mayTag(kube: Kube, from: string, { namespace, stream }: TagTarget): Promise<boolean> {
  const review = await kube.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${from}:deployer`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${from}`, 'system:authenticated'],
        resourceAttributes: {
          namespace,
          verb: 'patch',
          group: resources.imageStreams.group,
          resource: resources.imageStreams.plural,
          name: stream,
        },
      },
    },
  });
  return (review as { status?: { allowed?: boolean } }).status?.allowed === true;
}

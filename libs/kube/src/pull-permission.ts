import type { KubeClient } from './kube-client.ts';
import { isKubeError } from './kube-error.ts';
import type { NamespacedName } from './watch-cache-options.ts';

/**
 * Why the workloads of a namespace may not pull from an ImageStream, in a sentence; undefined when they may. Throws KubeError
 * when nobody can say for now.
 */
export type PullPermission = (namespace: string, stream: NamespacedName) => Promise<string | undefined>;

/** How long an answer counts. Short, since a right that is granted or taken should show soon. */
const ANSWER_TTL_MS = 10_000;

/** Answers remembered; the oldest are asked for again. */
const MAX_ANSWERS = 10_000;

/** Everything is permitted. */
export const permitEveryPull: PullPermission = async () => undefined;

/**
 * Asks the API server whether the default service account of a namespace may `get` `imagestreams/layers` of a stream in another
 * namespace: OpenShift's right to pull, which its role `system:image-puller` gives. OpenShift asks it of the user who writes the
 * reference; a controller only knows where the reference is. Streams of the same namespace are never asked about.
 */
export function createPullPermission(
  kube: Pick<KubeClient, 'request'>,
  clock: { readonly now: () => number },
): PullPermission {
  const answers = new Map<string, { readonly untilMs: number; readonly refusal: Promise<string | undefined> }>();

  return async (namespace, stream) => {
    if (namespace === stream.namespace) return undefined;
    const key = `${namespace} ${stream.namespace}/${stream.name}`;
    const known = answers.get(key);
    if (known !== undefined && clock.now() < known.untilMs) return known.refusal;
    const refusal = review(kube, namespace, stream);
    answers.delete(key);
    answers.set(key, { untilMs: clock.now() + ANSWER_TTL_MS, refusal });
    const [oldest] = answers.keys();
    if (answers.size > MAX_ANSWERS && oldest !== undefined) answers.delete(oldest);
    refusal.catch(() => {
      if (answers.get(key)?.refusal === refusal) answers.delete(key); // an outage is no answer
    });
    return refusal;
  };
}

async function review(
  kube: Pick<KubeClient, 'request'>,
  namespace: string,
  stream: NamespacedName,
): Promise<string | undefined> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: `system:serviceaccount:${namespace}:default`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      resourceAttributes: {
        namespace: stream.namespace,
        verb: 'get',
        group: 'image.openshift.io',
        resource: 'imagestreams',
        subresource: 'layers',
        name: stream.name,
      },
    },
  };
  const place = `ImageStream "${stream.name}" in namespace "${stream.namespace}"`;
  try {
    const answer = await kube.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body });
    if ((answer as { status?: { allowed?: unknown } } | null)?.status?.allowed === true) return undefined;
    return (
      `the service accounts of namespace "${namespace}" may not pull from ${place}: bind the group ` +
      `system:serviceaccounts:${namespace} to the ClusterRole system:image-puller there`
    );
  } catch (error) {
    if (!isKubeError(error, 'forbidden')) throw error;
    return `nobody can say who may pull from ${place}: this service may not create subjectaccessreviews`;
  }
}

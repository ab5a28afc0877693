import { join } from 'node:path';
import type { AccessContext, ClusterAccess } from './cluster-access.ts';
import { KubeError } from './kube-error.ts';
import { readText } from './kubeconfig-file.ts';
import { tokenFileSource } from './token-file.ts';

/** Where Kubernetes mounts a pod's service account. */
const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Access to the cluster that we run in, as the pod's service account.
 * @throws KubeError `invalid` when this is no pod, or the service account is not mounted.
 */
export async function inClusterAccess(
  context: AccessContext,
  serviceAccountDir: string = SERVICE_ACCOUNT_DIR,
): Promise<ClusterAccess> {
  const host = context.env.KUBERNETES_SERVICE_HOST;
  const port = context.env.KUBERNETES_SERVICE_PORT;
  if (!host || !port) {
    throw new KubeError('invalid', 'no cluster: set KUBECONFIG, or run in a pod with a service account');
  }
  const ca = await readText(join(serviceAccountDir, 'ca.crt'), 'service account');
  const token = tokenFileSource(join(serviceAccountDir, 'token'), context.now);
  await token();
  return {
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    trust: { ca, insecureSkipVerify: false },
    credential: async () => ({ headers: { authorization: `Bearer ${await token()}` } }),
  };
}

import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { AccessContext, ClusterAccess } from './cluster-access.ts';
import { inClusterAccess } from './in-cluster-access.ts';
import { kubeconfigAccess } from './kubeconfig-access.ts';

/**
 * Finds the cluster. In order: the kubeconfig named, the files of `KUBECONFIG`, the pod's service account,
 * `~/.kube/config`. The service account goes before the home directory, since what runs in a pod means its own cluster.
 * @throws KubeError `invalid` saying what is missing.
 */
export async function loadAccess(
  options: { readonly kubeconfig?: string; readonly context?: string },
  context: AccessContext,
): Promise<ClusterAccess> {
  if (options.kubeconfig) return await kubeconfigAccess([options.kubeconfig], options.context, context);
  const files = (context.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (files.length > 0) return await kubeconfigAccess(files, options.context, context);
  const home = context.env.HOME;
  if (!context.env.KUBERNETES_SERVICE_HOST && home) {
    const file = join(home, '.kube', 'config');
    if (await exists(file)) return await kubeconfigAccess([file], options.context, context);
  }
  return await inClusterAccess(context);
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

import type { AccessContext, ClusterAccess } from './cluster-access.ts';
import { inClusterAccess } from './in-cluster-access.ts';
import { kubeconfigAccess } from './kubeconfig-access.ts';
import { kubeconfigFiles } from './kubeconfig-files.ts';

/**
 * Finds the cluster: by the kubeconfig files that count, or else as the pod's service account.
 * @throws KubeError `invalid` saying what is missing.
 */
export async function loadAccess(
  options: { readonly kubeconfig?: string; readonly context?: string },
  context: AccessContext,
): Promise<ClusterAccess> {
  const files = await kubeconfigFiles(options, context.env);
  return files.length > 0 ? await kubeconfigAccess(files, options.context, context) : await inClusterAccess(context);
}

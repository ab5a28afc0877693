import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * The kubeconfig files that say where the cluster is; none when a pod's service account does. In order: the one named, those of
 * `KUBECONFIG`, the pod's service account, `~/.kube/config`. The service account goes before the home directory, since what
 * runs in a pod means its own cluster.
 */
export async function kubeconfigFiles(
  { kubeconfig }: { readonly kubeconfig?: string },
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  if (kubeconfig) return [kubeconfig];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0 || env.KUBERNETES_SERVICE_HOST || !env.HOME) return listed;
  const own = join(env.HOME, '.kube', 'config');
  return (await exists(own)) ? [own] : [];
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

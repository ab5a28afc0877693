import { readFile } from 'node:fs/promises';
import { readKubeconfig, textField } from './kubeconfig-file.ts';
import { kubeconfigFiles } from './kubeconfig-files.ts';

const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/**
 * The namespace that is meant when none is named, as kubectl finds it: that of the context, in a pod its own, else `default`.
 * The cluster is the one that `connectKube` finds with the same options.
 * @throws KubeError `invalid` naming the kubeconfig that is missing or wrong.
 */
export async function defaultNamespace(
  options: { readonly kubeconfig?: string; readonly context?: string },
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const files = await kubeconfigFiles(options, env);
  if (files.length === 0) {
    const own = await readFile(SERVICE_ACCOUNT_NAMESPACE, 'utf8').catch(() => '');
    return own.trim() || 'default';
  }
  const { contexts, currentContext = '' } = await readKubeconfig(files);
  const context = contexts.get(options.context ?? currentContext);
  return (context && textField(context, 'namespace')) ?? 'default';
}

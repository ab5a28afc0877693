import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import type { ConnectionOptions } from './options.ts';

const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** Where a context comes from when kubeconfig files are merged: the first file that has something wins. */
interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name?: string; readonly context?: { readonly namespace?: string } }[] | null;
}

/**
 * The namespace that is meant when none is named, as kubectl finds it: that of the context, in a pod its own, else
 * `default`. Files that are missing or wrong count as empty: connecting reports them.
 */
export async function defaultNamespace(
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const files = await Promise.all(filesOf(options, env).map(readKubeconfig));
  const name = options.context ?? files.map((file) => file['current-context']).find(Boolean);
  const context = files.flatMap(({ contexts }) => contexts ?? []).find((entry) => entry.name === name);
  if (context?.context?.namespace) return context.context.namespace;
  if (context === undefined && env.KUBERNETES_SERVICE_HOST) {
    const own = await readFile(SERVICE_ACCOUNT_NAMESPACE, 'utf8').catch(() => '');
    if (own.trim() !== '') return own.trim();
  }
  return 'default';
}

function filesOf({ kubeconfig }: ConnectionOptions, env: Readonly<Record<string, string | undefined>>): string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  return listed.length > 0 ? listed : env.HOME ? [join(env.HOME, '.kube', 'config')] : [];
}

async function readKubeconfig(file: string): Promise<Kubeconfig> {
  try {
    // The fields used are looked at with care; whoever connects checks the document.
    return (parse(await readFile(file, 'utf8')) ?? {}) as Kubeconfig;
  } catch {
    return {};
  }
}

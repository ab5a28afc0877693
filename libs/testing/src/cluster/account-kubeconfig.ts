import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeClient } from '@tagstream/kube';
import { parse, stringify } from 'yaml';

/** The parts of a kubeconfig that tests change. */
export interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { server: string } }[];
  readonly users: readonly { user: object }[];
}

/** A kubeconfig in a file of its own; disposal removes it. */
export interface AccountKubeconfig extends AsyncDisposable {
  readonly kubeconfig: string;
}

/**
 * Asks for a token of a service account, and makes a kubeconfig with it: whoever uses that has the rights of the account
 * and no others.
 * @param adminKubeconfig path of a kubeconfig of the same cluster.
 * @param change what else is to be other than in that.
 */
export async function accountKubeconfig(
  kube: KubeClient,
  account: { readonly namespace: string; readonly name: string },
  adminKubeconfig: string,
  change: (config: Kubeconfig) => void = () => undefined,
): Promise<AccountKubeconfig> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`;
  const { status } = (await kube.request('POST', path, { body })) as { status: { token: string } };
  const config = parse(await readFile(adminKubeconfig, 'utf8')) as Kubeconfig;
  for (const each of config.users) each.user = { token: status.token };
  change(config);
  const dir = await mkdtemp(join(tmpdir(), `${account.name}-account-`));
  const kubeconfig = join(dir, 'kubeconfig');
  await writeFile(kubeconfig, stringify(config));
  return { kubeconfig, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}

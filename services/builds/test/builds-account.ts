import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, type Resource, resources } from '@tagstream/kube';
import { parse, parseAllDocuments, stringify } from 'yaml';

/** The rights that the manifests give to the service. */
const RIGHTS = new URL('../../../deploy/base/builds-rights.yaml', import.meta.url);

const KINDS: Readonly<Record<string, Resource>> = {
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: resources.clusterRoles,
  ClusterRoleBinding: resources.clusterRoleBindings,
};

/** A kubeconfig for the service account of the builds service, in a namespace of a test's own. */
interface BuildsAccount extends AsyncDisposable {
  readonly kubeconfig: string;
}

/** Applies what the manifests say, under names of the test's own. */
export async function createBuildsAccount(
  kube: KubeClient,
  namespace: string,
  adminKubeconfig: string,
): Promise<BuildsAccount> {
  await using stack = new AsyncDisposableStack();
  const text = (await readFile(RIGHTS, 'utf8'))
    .replaceAll('namespace: tagstream', `namespace: ${namespace}`)
    .replaceAll('name: tagstream-builds', `name: ${namespace}-builds`);
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as KubeObject;
    const resource = KINDS[object.kind ?? ''];
    if (resource === undefined) throw new Error(`the rights hold a ${object.kind}`);
    const key = { resource, name: object.metadata.name, ...(resource.namespaced && { namespace }) };
    await kube.apply(key, object, { fieldManager: 'test', force: true });
    stack.defer(() => kube.delete(key).catch(() => undefined));
  }
  const dir = await mkdtemp(join(tmpdir(), 'builds-account-'));
  stack.defer(() => rm(dir, { recursive: true }));
  const kubeconfig = join(dir, 'kubeconfig');
  const config = parse(await readFile(adminKubeconfig, 'utf8')) as { users: { user: Record<string, unknown> }[] };
  for (const { user } of config.users) user.as = `system:serviceaccount:${namespace}:builds`;
  await writeFile(kubeconfig, stringify(config));
  const kept = stack.move();
  return { kubeconfig, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

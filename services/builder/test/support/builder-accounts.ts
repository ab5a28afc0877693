import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, type Resource, resources } from '@tagstream/kube';
import { parse, parseAllDocuments, stringify } from 'yaml';

/** The rights that the manifests give to the builder and to the pods of builds. */
const RIGHTS = new URL('../../../../deploy/builder/rights.yaml', import.meta.url);

const KINDS: Readonly<Record<string, Resource>> = {
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: resources.clusterRoles,
  ClusterRoleBinding: resources.clusterRoleBindings,
};

interface KubeConfig {
  readonly users: { user: Record<string, unknown> }[];
}

/** Kubeconfigs with exactly the rights that the manifests give. */
export interface BuilderAccounts extends AsyncDisposable {
  /** Of the service. */
  readonly service: string;
  /** Of the pods of builds in the namespace of the test. */
  readonly pod: string;
}

/** Applies the manifests with the service in a namespace of its own, and lets the builds of another one run. */
export async function createBuilderAccounts(
  kube: KubeClient,
  namespaces: { readonly system: string; readonly builds: string },
  adminKubeconfig: string,
): Promise<BuilderAccounts> {
  const { system, builds } = namespaces;
  await using stack = new AsyncDisposableStack();
  const text = (await readFile(RIGHTS, 'utf8'))
    .replaceAll('namespace: tagstream', `namespace: ${system}`)
    .replaceAll('name: tagstream-build', `name: ${system}-build`);
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as KubeObject;
    const resource = KINDS[object.kind ?? ''];
    if (resource === undefined) throw new Error(`the rights hold a ${object.kind}`);
    const key = { resource, name: object.metadata.name, ...(resource.namespaced && { namespace: system }) };
    await kube.apply(key, object, { fieldManager: 'test', force: true });
    stack.defer(() => kube.delete(key).catch(() => undefined));
  }
  await kube.create(resources.serviceAccounts, { metadata: { name: 'builder', namespace: builds } });
  await kube.create(resources.roleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'builds', namespace: builds },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${system}-build-pod` },
    subjects: [{ kind: 'ServiceAccount', name: 'builder', namespace: builds }],
  } as KubeObject);

  const dir = await mkdtemp(join(tmpdir(), 'builder-accounts-'));
  stack.defer(() => rm(dir, { recursive: true }));
  const actAs = async (name: string, namespace: string) => {
    const config = parse(await readFile(adminKubeconfig, 'utf8')) as KubeConfig;
    for (const each of config.users) each.user.as = `system:serviceaccount:${namespace}:builder`;
    const path = join(dir, name);
    await writeFile(path, stringify(config));
    return path;
  };
  const accounts = { service: await actAs('service', system), pod: await actAs('pod', builds) };
  const kept = stack.move();
  return { ...accounts, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

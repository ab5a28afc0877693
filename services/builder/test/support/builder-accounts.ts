import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, resources } from '@tagstream/kube';
import { accountKubeconfig, applyRights } from '@tagstream/testing';

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
  stack.use(await applyRights(kube, 'builder/rights.yaml', system));
  await kube.create(resources.serviceAccounts, { metadata: { name: 'builder', namespace: builds } });
  await kube.create(resources.roleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'builds', namespace: builds },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${system}-build-pod` },
    subjects: [{ kind: 'ServiceAccount', name: 'builder', namespace: builds }],
  } as KubeObject);
  const actAs = async (namespace: string) =>
    stack.use(await accountKubeconfig(kube, { namespace, name: 'builder' }, adminKubeconfig)).kubeconfig;
  const accounts = { service: await actAs(system), pod: await actAs(builds) };
  const kept = stack.move();
  return { ...accounts, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

import { readFile } from 'node:fs/promises';
import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, type Resource, resources } from '@tagstream/kube';
import { parseAllDocuments } from 'yaml';

const DEPLOY = new URL('../../../../deploy/', import.meta.url);

const KINDS: Readonly<Record<string, Resource>> = {
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: resources.clusterRoles,
  ClusterRoleBinding: resources.clusterRoleBindings,
  Role: resources.roles,
  RoleBinding: resources.roleBindings,
};

/** An object of the manifests that give a service its rights. */
export interface RightsObject extends KubeObject {
  readonly rules?: readonly { readonly resources: readonly string[] }[];
}

/** Rights as the manifests give them; disposal takes them away. */
export interface AppliedRights extends AsyncDisposable {
  readonly objects: readonly RightsObject[];
  apply(object: RightsObject): Promise<void>;
  remove(object: RightsObject): Promise<void>;
}

/**
 * Applies manifests of `deploy/` in a namespace of a test's own, so that many tests have them at a time: what belongs to the
 * whole cluster is called `<namespace>-…` and not `tagstream-…`.
 * @param file below `deploy/`.
 * @param change what a test wants to be other than the manifests say.
 */
export async function applyRights(
  kube: KubeClient,
  file: string,
  namespace: string,
  change: (object: RightsObject) => RightsObject = (object) => object,
): Promise<AppliedRights> {
  const text = (await readFile(new URL(file, DEPLOY), 'utf8'))
    .replaceAll('namespace: tagstream', `namespace: ${namespace}`)
    .replaceAll('name: tagstream-', `name: ${namespace}-`);
  const objects = parseAllDocuments(text).map((document) => change(document.toJS() as RightsObject));
  const keyOf = ({ kind = '', metadata }: KubeObject) => {
    const resource = KINDS[kind];
    if (resource === undefined) throw new Error(`${file} holds a ${kind}, which gives no rights`);
    return { resource, name: metadata.name, ...(resource.namespaced && { namespace }) };
  };
  await using stack = new AsyncDisposableStack();
  const apply = async (object: RightsObject) => {
    await kube.apply(keyOf(object), object, { fieldManager: 'test', force: true });
  };
  const remove = async (object: RightsObject) => {
    await kube.delete(keyOf(object));
  };
  for (const object of objects) {
    await apply(object);
    stack.defer(() => remove(object).catch(() => undefined)); // the test may have taken it away
  }
  const kept = stack.move();
  return { objects, apply, remove, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

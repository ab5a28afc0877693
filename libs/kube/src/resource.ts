import { KubeError } from './kube-error.ts';

/** A kind of object as the API server's paths name it. `group` is empty for the core group. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  /** Lower-case plural, as it stands in paths: `imagestreams`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Names one object. `namespace` is needed exactly when the resource is namespaced. */
export interface ObjectKey {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name: string;
}

/** `apiVersion` as objects of this resource carry it: `v1`, `apps/v1`. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/**
 * Path of a collection: `/apis/apps/v1/namespaces/shop/deployments`. Without a namespace it is the collection over all
 * namespaces, which can be listed and watched but not written to.
 */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  if (namespace === undefined) return `${root}/${resource.plural}`;
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`;
}

/**
 * Path of one object, or of a subresource of it.
 * @throws KubeError `invalid` when the name is empty, or the namespace is missing or superfluous.
 */
export function objectPath(key: ObjectKey, subresource?: string): string {
  const { resource, namespace, name } = key;
  if (name === '') throw new KubeError('invalid', `name of ${resource.kind} is empty: pass the object's name`);
  requireNamespaceFits(resource, namespace);
  const path = `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** @throws KubeError `invalid` when a namespace is missing, empty or superfluous for the resource. */
export function requireNamespaceFits(resource: Resource, namespace: string | undefined): void {
  if (resource.namespaced && !namespace) {
    throw new KubeError('invalid', `namespace of ${resource.kind} is missing: the resource is namespaced`);
  }
  if (!resource.namespaced && namespace !== undefined) {
    throw new KubeError('invalid', `${resource.kind} has no namespace: remove "${namespace}" from the key`);
  }
}

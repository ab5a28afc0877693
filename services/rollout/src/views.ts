import {
  type DeploymentConfig,
  type ImageStream,
  type KubeObject,
  type NormalDeploymentConfig,
  normalizeDeploymentConfig,
  type ReplicationController,
  validateDeploymentConfig,
} from '@tagstream/api-types';
import {
  type FollowedTag,
  followedTags,
  imageTriggersOf,
  openshiftAnnotations,
  type RolloutPod,
} from '@tagstream/deployment';
import { type FieldOwner, imageOwner, type ManagedFields, type ResolvedTag, resolveTag } from '@tagstream/image-stream';

/** What is kept of a DeploymentConfig. */
export interface ConfigView {
  readonly dc: NormalDeploymentConfig;
  /** What makes it unusable, in words; empty when it is valid. */
  readonly problems: readonly string[];
  /** The tags it follows, as {@link tagId} names them. */
  readonly tags: readonly string[];
  /** Who wrote the images of its containers, by `containers/<name>` or `initContainers/<name>`, where triggers write them too. */
  readonly owners: ReadonlyMap<string, FieldOwner>;
}

/** Key of a DeploymentConfig in queues and indexes: `namespace/name`. */
export function configId(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** Key of a tag in indexes: `namespace/stream:tag`. */
export function tagId({ namespace, stream, tag }: FollowedTag): string {
  return `${namespace}/${stream}:${tag}`;
}

export function viewConfig(object: DeploymentConfig): ConfigView {
  const dc = normalizeDeploymentConfig(withoutManagedFields(object));
  return {
    dc,
    problems: validateDeploymentConfig(dc).map(({ field, message }) => `${field}: ${message}`),
    tags: [...new Set(followedTags(dc).map(tagId))],
    owners: imageOwners(dc, (object.metadata as { managedFields?: readonly ManagedFields[] }).managedFields), // as Kubernetes writes it
  };
}

function imageOwners(
  dc: NormalDeploymentConfig,
  managedFields: readonly ManagedFields[] | undefined,
): ReadonlyMap<string, FieldOwner> {
  const named = new Set(imageTriggersOf(dc).flatMap(({ containerNames }) => containerNames));
  const owners = new Map<string, FieldOwner>();
  for (const list of ['initContainers', 'containers'] as const) {
    for (const { name: container } of dc.spec.template.spec?.[list] ?? []) {
      const owner = named.has(container)
        ? imageOwner(managedFields, { base: 'spec.template.spec', list, container })
        : undefined;
      if (owner) owners.set(`${list}/${container}`, owner);
    }
  }
  return owners;
}

/** What is kept of a ReplicationController: all but its template, which only Kubernetes reads. */
export interface ControllerView {
  readonly rc: ReplicationController;
  /** The DeploymentConfigs it concerns, as {@link configId} names them: by label and by owner, mostly the same one. */
  readonly configs: readonly string[];
}

/** Undefined for a ReplicationController that has nothing to do with a DeploymentConfig. */
export function viewController(object: ReplicationController): ControllerView | undefined {
  const { namespace = '', labels, annotations, ownerReferences = [] } = object.metadata;
  const names = [
    labels?.[openshiftAnnotations.configName],
    annotations?.[openshiftAnnotations.configName],
    ...ownerReferences.filter(({ kind }) => kind === 'DeploymentConfig').map(({ name }) => name),
  ].filter((name) => name !== undefined);
  if (names.length === 0) return undefined;
  const { template: _, ...spec } = object.spec;
  return {
    rc: { ...withoutManagedFields(object), spec },
    configs: [...new Set(names)].map((name) => configId(namespace, name)),
  };
}

/** What is kept of a hook or deployer pod: all but its spec. */
export interface PodView {
  readonly pod: RolloutPod;
  /** The ReplicationController that it runs for, as `namespace/name`. */
  readonly controller: string;
}

/** Selects hook and deployer pods. */
export const rolloutPodSelector = openshiftAnnotations.deployerPodFor;

export function viewPod(object: RolloutPod): PodView | undefined {
  const { namespace = '', labels } = object.metadata;
  const name = labels?.[openshiftAnnotations.deployerPodFor];
  if (name === undefined) return undefined;
  const { spec: _, ...pod } = object;
  return { pod: withoutManagedFields(pod), controller: `${namespace}/${name}` };
}

/** What is kept of an ImageStream: what each of its tags resolves to. */
export type StreamView = ReadonlyMap<string, ResolvedTag>;

export function viewStream(stream: ImageStream): StreamView {
  const tags = (stream.status?.tags ?? []).map(({ tag }) => [tag, resolveTag(stream, tag)] as const);
  return new Map(tags.filter((entry): entry is [string, ResolvedTag] => entry[1] !== undefined));
}

/** The tags that resolve to something else in one view than in the other, or to something recorded at another time. */
export function movedTags(now: StreamView | undefined, before: StreamView | undefined): string[] {
  const all = new Set([...(now?.keys() ?? []), ...(before?.keys() ?? [])]);
  const idOf = (view: StreamView | undefined, tag: string) => {
    const resolved = view?.get(tag);
    return resolved && `${resolved.created} ${resolved.reference}`;
  };
  return [...all].filter((tag) => idOf(now, tag) !== idOf(before, tag));
}

/** Who wrote which field is of no use here and can be larger than all the rest. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { managedFields?: unknown };
  return { ...object, metadata };
}

import type { KubeObject } from '@tagstream/api-types';
import {
  followedTags,
  type ImageTrigger,
  type PodSpecContainers,
  parseTriggers,
  policyAnnotations,
  REVERTED_ANNOTATION,
  TRIGGERS_ANNOTATION,
  type TriggeredObject,
} from '@tagstream/image-stream';
import type { ObjectKey } from '@tagstream/kube';
import type { WorkloadKind } from './workload-kind.ts';

/** Which workload. */
export interface WorkloadKey {
  /** `deployments.apps/shop/web`, for queues and maps. */
  readonly id: string;
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}

/** What is kept of a workload that carries the trigger annotation. */
export interface WorkloadView {
  readonly uid: string;
  /** Guards a write that is computed from this view. */
  readonly resourceVersion: string;
  readonly triggers: readonly ImageTrigger[];
  /** Why the annotation cannot be read; there are no triggers then. */
  readonly problem?: string;
  /** Its annotations about when images may be written, if it has any. */
  readonly policies?: Readonly<Record<string, string>>;
  /** The object with nothing but its container names and images. */
  readonly object: TriggeredObject;
  /** Its images, of all containers. */
  readonly images: readonly string[];
  /** Changes exactly when the triggers, the policies or the images do. */
  readonly fingerprint: string;
}

export function workloadKey(kind: WorkloadKind, namespace: string, name: string): WorkloadKey {
  const { plural, group } = kind.resource;
  return { id: `${plural}.${group}/${namespace}/${name}`, kind, namespace, name };
}

/** Where the API server has the workload. */
export const workloadObject = ({ kind, namespace, name }: WorkloadKey): ObjectKey => ({
  resource: kind.resource,
  namespace,
  name,
});

/**
 * Keeps of a workload what {@link WorkloadView} says; undefined when it has no trigger annotation, or has it from the Deployment that
 * controls it.
 */
export function viewWorkload(object: KubeObject, { base, independentOnly }: WorkloadKind): WorkloadView | undefined {
  const annotation = object.metadata.annotations?.[TRIGGERS_ANNOTATION];
  if (annotation === undefined) return undefined;
  if (independentOnly && (isControlled(object) || isOver(object))) return undefined;
  const parsed = parseTriggers(annotation);
  const containers = containersAt(object, base);
  const pruned = nestedAt(base, containers, object);
  const policies = policyAnnotations(object.metadata.annotations);
  const { [REVERTED_ANNOTATION]: _written, ...watched } = policies ?? {};
  return {
    uid: object.metadata.uid ?? '',
    resourceVersion: object.metadata.resourceVersion ?? '',
    triggers: parsed.kind === 'triggers' ? parsed.triggers : [],
    ...(parsed.kind === 'invalid' && { problem: parsed.reason }),
    ...(policies && { policies }),
    object: pruned,
    images: [...containers.initContainers, ...containers.containers].flatMap(({ image }) => image ?? []),
    fingerprint: JSON.stringify([annotation, pruned, watched]),
  };
}

/** The image that a JSON pointer names, of those that are kept. */
export function imageAt({ object }: WorkloadView, pointer: string): string | undefined {
  let at: unknown = object;
  for (const member of pointer.slice(1).split('/')) at = (at as Record<string, unknown> | undefined)?.[member];
  return typeof at === 'string' ? at : undefined;
}

/** The tags a workload follows, as `namespace/stream:tag`. */
export function tagsFollowed(view: WorkloadView, namespace: string): string[] {
  return followedTags(view.triggers, namespace).map(tagId);
}

/** Key of a tag in indexes: `namespace/stream:tag`. */
export const tagId = (tag: { readonly namespace: string; readonly stream: string; readonly tag: string }): string =>
  `${tag.namespace}/${tag.stream}:${tag.tag}`;

const isControlled = ({ metadata }: KubeObject): boolean =>
  metadata.ownerReferences?.some(({ controller }) => controller === true) ?? false;

/** A pod or a Job that has ended, well or not. */
function isOver(object: KubeObject): boolean {
  const { phase, conditions } = (object as { status?: EndStatus }).status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  return (
    conditions?.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True') ?? false
  );
}

/** What the status of pods and Jobs, which the API server has validated, says about their end. */
interface EndStatus {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/** The names and images of the containers of the pod spec at a path. */
function containersAt(object: KubeObject, base: string) {
  let value: unknown = object;
  for (const member of base.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[member];
  const podSpec = (value ?? {}) as PodSpecContainers; // the API server has validated it
  return {
    initContainers: podSpec.initContainers?.map(nameAndImage) ?? [],
    containers: podSpec.containers?.map(nameAndImage) ?? [],
  };
}

function nestedAt(base: string, containers: object, { metadata }: KubeObject): TriggeredObject {
  let pruned: unknown = containers;
  for (const member of base.split('.').toReversed()) pruned = { [member]: pruned };
  return { ...(pruned as object), metadata: { namespace: metadata.namespace ?? '' } };
}

function nameAndImage({ name, image }: { readonly name?: string; readonly image?: string }) {
  return { ...(name !== undefined && { name }), ...(image !== undefined && { image }) };
}

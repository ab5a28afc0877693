/** A kind of object by group and lower-case plural; the group is empty for the core. */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

/** A container as the rules about images see it. An absent field is the empty text. */
export interface ImageContainer {
  /** JSON pointer (RFC 6901) within the object: `/spec/template/spec/containers/0`. */
  readonly pointer: string;
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: string;
}

/** A pod template within an object; of a pod, the pod itself. */
export interface ImageTemplate {
  readonly annotations: Readonly<Record<string, unknown>>;
  /** Init containers first, each list in its order. */
  readonly containers: readonly ImageContainer[];
}

const TEMPLATE = ['spec', 'template'] as const;

/** Where each kind that runs pods has its template. */
const TEMPLATE_PATHS = new Map<string, readonly string[]>([
  ['/pods', []],
  ['/replicationcontrollers', TEMPLATE],
  ['apps/deployments', TEMPLATE],
  ['apps/statefulsets', TEMPLATE],
  ['apps/daemonsets', TEMPLATE],
  ['apps/replicasets', TEMPLATE],
  ['apps.openshift.io/deploymentconfigs', TEMPLATE],
  ['batch/jobs', TEMPLATE],
  ['batch/cronjobs', ['spec', 'jobTemplate', 'spec', 'template']],
]);

const LISTS = ['initContainers', 'containers'] as const;
const FIELDS = ['name', 'image', 'imagePullPolicy'] as const;

/**
 * The pod template of an object; undefined for a kind that runs no pods. What has a wrong type counts as absent: a custom
 * resource is shown to admission before its schema is checked.
 */
export function imageTemplate({ group, resource }: GroupResource, object: unknown): ImageTemplate | undefined {
  const path = TEMPLATE_PATHS.get(`${group}/${resource}`);
  if (path === undefined) return undefined;
  const template = path.reduce<unknown>((at, field) => recordOf(at)[field], object);
  const spec = recordOf(recordOf(template).spec);
  const root = [...path, 'spec'].map((field) => `/${field}`).join('');
  const containers = LISTS.flatMap((list) =>
    listOf(spec[list]).flatMap((each, i) => (isContainer(each) ? [containerAt(`${root}/${list}/${i}`, each)] : [])),
  );
  return { annotations: annotationsOf(template), containers };
}

/** The annotations of an object or a template. */
export function annotationsOf(object: unknown): Readonly<Record<string, unknown>> {
  return recordOf(recordOf(recordOf(object).metadata).annotations);
}

/** Whether another object controls this one: an owner reference says `controller: true`. */
export function isControlled(object: unknown): boolean {
  return listOf(recordOf(recordOf(object).metadata).ownerReferences).some(
    (owner) => recordOf(owner).controller === true,
  );
}

type ContainerFields = { readonly [F in (typeof FIELDS)[number]]?: string | null };

/** Whether each field that is looked at is a text or absent. What is otherwise is the API server's to refuse. */
function isContainer(value: unknown): value is ContainerFields {
  const fields = recordOf(value);
  return fields === value && FIELDS.every((field) => typeof (fields[field] ?? '') === 'string');
}

function containerAt(pointer: string, { name, image, imagePullPolicy }: ContainerFields): ImageContainer {
  return { pointer, name: name ?? '', image: image ?? '', imagePullPolicy: imagePullPolicy ?? '' };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>) // any object can be read by field names
    : {};
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

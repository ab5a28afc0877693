import { type LocalName, type LocalNameContext, resolveLocalName } from './local-names.ts';
import { annotationsOf, type GroupResource, type ImageTemplate, imageTemplate, isControlled } from './pod-template.ts';

/** Annotation of an object or its pod template; with the value `*` each reference in it is a local name. */
export const RESOLVE_NAMES_ANNOTATION = 'alpha.image.policy.openshift.io/resolve-names';

/** An object that is being written. */
export interface ObjectWrite extends GroupResource {
  readonly namespace: string;
  readonly object: unknown;
  /** The object as it was; undefined when it is created. */
  readonly oldObject: unknown;
}

/** An image that is named otherwise than it is to run. */
export interface LocalNameChange {
  /** JSON pointer (RFC 6901) of the image field. */
  readonly pointer: string;
  readonly from: string;
  readonly to: string;
}

/** What local names change in an object, and which of them have no image yet. */
export interface LocalNameChanges {
  readonly changes: readonly LocalNameChange[];
  readonly missing: readonly { readonly image: string; readonly stream: string; readonly tag: string }[];
}

/**
 * Finds the local names in an object that is being written. OpenShift: an object that another one controls is left alone,
 * since its template was resolved; so is a changed Job, whose template cannot change. In a changed object only references
 * that changed count, compared with the container of the same name (an init container before another), or all of them when
 * the object begins or ceases to ask for local names itself. An equal reference is resolved once.
 */
export function localNameChanges(write: ObjectWrite, streamOf: LocalNameContext['streamOf']): LocalNameChanges {
  const template = imageTemplate(write, write.object);
  if (template === undefined || isControlled(write.object)) return NOTHING;
  const isUpdate = write.oldObject !== undefined;
  if (isUpdate && write.group === 'batch' && write.resource === 'jobs') return NOTHING;

  const force = asksForLocalNames(write.object, template);
  const old = isUpdate ? imageTemplate(write, write.oldObject) : undefined;
  const before = old && asksForLocalNames(write.oldObject, old) === force ? old : undefined;
  const context = { namespace: write.namespace, force, streamOf };
  const resolved = new Map<string, LocalName>();
  const changes: LocalNameChange[] = [];
  for (const { pointer, name, image } of template.containers) {
    if (image === '' || before?.containers.find((each) => each.name === name)?.image === image) continue;
    const local = resolved.get(image) ?? resolveLocalName(image, context);
    resolved.set(image, local);
    if (local.kind !== 'resolved' || local.reference === image) continue;
    changes.push({ pointer: `${pointer}/image`, from: image, to: local.reference });
  }
  const missing = [...resolved].flatMap(([image, local]) =>
    local.kind === 'no-image' ? [{ image, stream: local.stream, tag: local.tag }] : [],
  );
  return { changes, missing };
}

const NOTHING: LocalNameChanges = { changes: [], missing: [] };

function asksForLocalNames(object: unknown, template: ImageTemplate): boolean {
  return [annotationsOf(object), template.annotations].some((each) => each[RESOLVE_NAMES_ANNOTATION] === '*');
}

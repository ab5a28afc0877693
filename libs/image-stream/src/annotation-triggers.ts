import { findContainer, type PodSpecContainers, parseFieldPath } from './field-path.ts';
import type { ResolvedTag } from './pull-spec.ts';
import type { TagAddress } from './tag-source.ts';
import { type ImageTrigger, triggerSource } from './triggers.ts';

/** A workload as far as triggers need it: anything with a pod spec somewhere inside. */
export interface TriggeredObject {
  readonly metadata: { readonly namespace?: string };
}

/** One image field to write. */
export interface ImageChange {
  /** JSON pointer of the field: `/spec/template/spec/containers/0/image`. */
  readonly path: string;
  /** What the field holds now, to guard the write; undefined when it is absent. */
  readonly from: string | undefined;
  readonly to: string;
  readonly container: string;
  readonly trigger: ImageTrigger;
  readonly source: TagAddress;
}

/** What the triggers of a workload ask for. */
export type TriggerReaction =
  | { readonly kind: 'unchanged' }
  /** Write all of these at once. */
  | { readonly kind: 'patch'; readonly changes: readonly ImageChange[] }
  /** A trigger names a field that does not exist: nothing of this workload may be written. */
  | { readonly kind: 'error'; readonly reason: string };

/**
 * Works out which image fields of a workload differ from the tags they follow.
 *
 * OpenShift's order of checks for each trigger is kept: paused, another base, tag not resolvable: skip this trigger; then a wrong
 * field path or an unknown container: give up on the whole workload. So a bad path is reported only once its tag
 * resolves. Of two triggers that reach the same field by different spellings the later one counts. A user's edit of a
 * triggered field is a difference like any other and is taken back.
 *
 * @param base where the pod spec is: `spec.template.spec`, for a CronJob `spec.jobTemplate.spec.template.spec`
 * @param resolve what a tag stands for now; undefined for an unknown stream or a tag without image
 */
export function reactToTriggers(
  object: TriggeredObject,
  base: string,
  triggers: readonly ImageTrigger[],
  resolve: (tag: TagAddress) => Pick<ResolvedTag, 'reference'> | undefined,
): TriggerReaction {
  const podSpec = podSpecAt(object, base);
  const changes = new Map<string, ImageChange>();
  for (const trigger of triggers) {
    if (trigger.paused) continue;
    const parsed = parseFieldPath(trigger.fieldPath, base);
    if (parsed.kind === 'other-base') continue;
    const source = triggerSource(trigger, object.metadata.namespace ?? '');
    if (source === undefined) continue;
    const resolved = resolve(source);
    if (resolved === undefined) continue;
    if (parsed.kind === 'invalid') return { kind: 'error', reason: parsed.reason };
    const place = findContainer(podSpec, parsed.selector);
    if (place === undefined) {
      return { kind: 'error', reason: `fieldPath ${trigger.fieldPath} names a container that does not exist` };
    }
    const path = `/${base.replaceAll('.', '/')}/${place.list}/${place.index}/image`;
    const { image: from, name: container } = place;
    changes.set(path, { path, from, to: resolved.reference, container, trigger, source });
  }
  const differing = [...changes.values()].filter(({ from, to }) => from !== to);
  return differing.length === 0 ? { kind: 'unchanged' } : { kind: 'patch', changes: differing };
}

function podSpecAt(object: TriggeredObject, base: string): PodSpecContainers {
  let value: unknown = object;
  for (const member of base.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[member] : undefined;
  }
  // The API server has validated the pod spec; findContainer copes with absent lists.
  return (value ?? {}) as PodSpecContainers;
}

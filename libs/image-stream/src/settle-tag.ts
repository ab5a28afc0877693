import type { NamedTagEventList, SpecTag, TagEvent } from '@tagstream/api-types';
import { type HistoryLimit, withLimitedHistory } from './limit-history.ts';
import { addTagEvent } from './merge-event.ts';
import { specHash } from './spec-tag.ts';

/** What became of a status tag. */
export interface SettledTag {
  /** The same object as before when nothing had to change. */
  readonly statusTag: NamedTagEventList;
  /** The newest item has another image or reference than before. */
  readonly pointsElsewhere: boolean;
}

/**
 * Records that a spec tag was resolved to an event: merges it into the history, removes all conditions (OpenShift has no
 * ImportSuccess=True) and remembers which version of the spec this answers to.
 *
 * @param specGeneration generation of the spec tag that the event answers to
 */
export function settleTag(
  tag: SpecTag,
  before: NamedTagEventList | undefined,
  event: TagEvent,
  specGeneration: number,
  limit?: HistoryLimit,
): SettledTag {
  const { history, change } = addTagEvent(tag.name, before, event);
  const observedSpec = { hash: specHash(tag), generation: specGeneration };
  if (before !== undefined && change === 'none' && !before.conditions?.length && isObserved(before, observedSpec)) {
    return { statusTag: before, pointsElsewhere: false };
  }
  const { conditions: _cleared, ...kept } = history;
  return {
    statusTag: withLimitedHistory({ ...kept, observedSpec }, limit),
    pointsElsewhere: change === 'new-item' || change === 'in-place',
  };
}

/**
 * Records that a spec tag could not be resolved: exactly one ImportSuccess=False condition, items stay, so that consumers keep
 * the last good image. A condition that says the same keeps its time; its generation moves, so that the failure
 * answers to the spec it was made for and is not tried again for ever.
 *
 * @param failure its generation is the one of the spec tag; an empty message becomes a generic one
 * @param observedSpec what the failure answers to; leave it out when the spec is to be looked at again, then the
 *   status answers to no version of it
 */
export function failTag(
  tagName: string,
  before: NamedTagEventList | undefined,
  failure: { readonly reason: string; readonly message: string; readonly generation: number; readonly now: string },
  observedSpec?: { readonly hash: string; readonly generation: number },
): NamedTagEventList {
  const message = failure.message || 'the import failed and no reason is known';
  const [existing, ...others] = before?.conditions ?? [];
  const isSame =
    existing?.type === 'ImportSuccess' &&
    existing.status === 'False' &&
    existing.reason === failure.reason &&
    existing.message === message &&
    others.length === 0;
  const generation = Math.max(failure.generation, isSame ? existing.generation : 0);
  if (before !== undefined && isSame && existing.generation === generation && isObserved(before, observedSpec)) {
    return before;
  }
  const { observedSpec: _replaced, ...kept } = before ?? { tag: tagName };
  return {
    ...kept,
    items: before?.items ?? [],
    conditions: [
      {
        type: 'ImportSuccess',
        status: 'False',
        lastTransitionTime: isSame ? (existing.lastTransitionTime ?? failure.now) : failure.now,
        reason: failure.reason,
        message,
        generation,
      },
    ],
    ...(observedSpec && { observedSpec: { ...observedSpec } }),
  };
}

function isObserved(
  { observedSpec }: NamedTagEventList,
  spec: { readonly hash: string; readonly generation: number } | undefined,
): boolean {
  return observedSpec?.hash === spec?.hash && observedSpec?.generation === spec?.generation;
}

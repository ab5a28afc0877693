import type { ImageStream, ImageStreamStatus, NamedTagEventList, SpecTag } from '@tagstream/api-types';
import { applyPush } from './apply-push.ts';
import { type BasedOn, isStillNewest } from './based-on.ts';
import type { HistoryLimit } from './limit-history.ts';
import { failTag, settleTag } from './settle-tag.ts';
import { specHash } from './spec-tag.ts';
import { findStatusTag, newestItem, statusTagsOf, statusWith, withStatusTag } from './status-tags.ts';
import { isImportable } from './tag-source.ts';
import { propagateToFollowers } from './tracking.ts';
import { wantedTag } from './wanted-tags.ts';

/** What a poller found out about a tag: the part of a `registry-poll` event that decides. */
export interface RegistryObservation {
  readonly streamUid: string;
  readonly tag: string;
  readonly specHash: string;
  readonly specGeneration: number;
  readonly basedOn: BasedOn | null;
  /** It was looked at in the stream's own repository; `replaces` is the digest that was taken over from there before. */
  readonly pushed?: { readonly replaces: string | null };
  readonly outcome:
    | { readonly kind: 'image'; readonly image: string; readonly reference: string }
    | { readonly kind: 'error'; readonly reason: string; readonly message: string };
}

/** Why an observation no longer counts. A new check is due, except when the stream is another one. */
export type StaleReason = 'other-stream' | 'tag-removed' | 'spec-changed' | 'newer-item';

/** What an observation does to a stream. */
export type ApplyResult =
  /** Write this status. `changedTags`: the tags that point elsewhere now, the observed one first. */
  | { readonly kind: 'applied'; readonly status: ImageStreamStatus; readonly changedTags: readonly string[] }
  /** The status says it already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'stale'; readonly why: StaleReason };

/**
 * Merges an observation into the status of the stream it was made for. It is compare-and-set: it counts only for the same
 * stream (by uid), while the spec tag is still the one that was imported and the newest item still the one it was compared
 * with, so that a delayed or repeated observation never moves a tag backwards.
 *
 * An image becomes the newest item by the merge rule, clears the tag's conditions and reaches the tags that follow this
 * one. An error sets one ImportSuccess=False condition and keeps the items.
 *
 * What was pushed into the stream's own repository needs no spec tag (see {@link applyPush}); failing to look there is no failed
 * import and changes nothing.
 *
 * @param options.now instant for `created` and `lastTransitionTime`, with milliseconds
 */
export function applyRegistryPoll(
  stream: ImageStream,
  observation: RegistryObservation,
  options: { readonly now: string; readonly historyLimit?: HistoryLimit },
): ApplyResult {
  if (stream.metadata.uid !== observation.streamUid) return { kind: 'stale', why: 'other-stream' };
  if (observation.pushed !== undefined) return applyPushed(stream, observation, observation.pushed, options);
  const tag = wantedTag(stream, observation.tag);
  if (tag === undefined) return { kind: 'stale', why: 'tag-removed' };
  if (!isImportable(tag) || specHash(tag) !== observation.specHash) return { kind: 'stale', why: 'spec-changed' };

  const before = findStatusTag(stream, tag.name);
  const next = nextStatusTag(tag, before, observation, options);
  if (next.statusTag === before) return { kind: 'unchanged' };
  if (!isStillNewest(observation.basedOn, newestItem(before))) return { kind: 'stale', why: 'newer-item' };

  const tags = withStatusTag(statusTagsOf(stream), next.statusTag);
  const itemChanged = newestItem(next.statusTag) !== newestItem(before);
  const followed = propagateToFollowers(stream, tags, itemChanged ? [tag.name] : [], options.historyLimit);
  const followers = followed.changedTags.filter((name) => name !== tag.name);
  return {
    kind: 'applied',
    status: statusWith(stream, followed.tags),
    changedTags: next.pointsElsewhere ? [tag.name, ...followers] : followers,
  };
}

function applyPushed(
  stream: ImageStream,
  { tag, basedOn, outcome }: RegistryObservation,
  { replaces }: { readonly replaces: string | null },
  options: { readonly now: string; readonly historyLimit?: HistoryLimit },
): ApplyResult {
  if (outcome.kind === 'error') return { kind: 'unchanged' };
  const { image, reference } = outcome;
  const result = applyPush(stream, { tag, basedOn, replaces, image, reference }, options);
  if (result.kind === 'overtaken') return { kind: 'stale', why: 'newer-item' };
  if (result.kind === 'unchanged') return result;
  return { kind: 'applied', status: statusWith(stream, result.tags), changedTags: result.changedTags };
}

function nextStatusTag(
  tag: SpecTag,
  before: NamedTagEventList | undefined,
  observation: RegistryObservation,
  options: { readonly now: string; readonly historyLimit?: HistoryLimit },
) {
  const observed = before?.observedSpec;
  // The first answer to a version of the spec fixes its generation; later ones, and repetitions, keep it.
  const specGeneration = observed?.hash === observation.specHash ? observed.generation : observation.specGeneration;
  const { outcome } = observation;
  if (outcome.kind === 'error') {
    const failure = { reason: outcome.reason, message: outcome.message, generation: specGeneration, now: options.now };
    const hash = observation.specHash;
    return {
      statusTag: failTag(tag.name, before, failure, { hash, generation: specGeneration }),
      pointsElsewhere: false,
    };
  }
  const event = {
    created: options.now,
    dockerImageReference: outcome.reference,
    image: outcome.image,
    // A push may have recorded a later generation; an answer never takes it back.
    generation: Math.max(specGeneration, newestItem(before)?.generation ?? 0),
  };
  return settleTag(tag, before, event, specGeneration, options.historyLimit);
}

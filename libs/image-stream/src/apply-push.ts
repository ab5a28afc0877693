import type { ImageStream, NamedTagEventList } from '@tagstream/api-types';
import { type BasedOn, isStillNewest } from './based-on.ts';
import { type HistoryLimit, withLimitedHistory } from './limit-history.ts';
import { addTagEvent } from './merge-event.ts';
import { generationOf, isPendingImport, specHash, streamGeneration } from './spec-tag.ts';
import { findStatusTag, newestItem, type StatusTags, statusTagsOf, withStatusTag } from './status-tags.ts';
import { isImportable } from './tag-source.ts';
import { propagateToFollowers } from './tracking.ts';
import { wantedTag } from './wanted-tags.ts';

/** An image that a poller found under a tag of the stream's own repository. */
export interface PushedImage {
  readonly tag: string;
  /** Newest item of the tag when the registry was asked. */
  readonly basedOn: BasedOn | null;
  /** Digest that the status said was taken over from there before; null for none. */
  readonly replaces: string | null;
  readonly image: string;
  /** `<registry>/<namespace>/<stream>@<image>` */
  readonly reference: string;
}

/** What a push does to the tags of a stream. */
export type PushResult =
  | {
      readonly kind: 'applied';
      readonly tags: StatusTags;
      /** The tags that point elsewhere now, the pushed one first. */
      readonly changedTags: readonly string[];
    }
  | { readonly kind: 'unchanged' }
  /** The tag has moved since the registry was asked. */
  | { readonly kind: 'overtaken' };

/**
 * Takes over an image that was pushed into the stream's own repository, as OpenShift's ImageStreamMapping does: it becomes the newest
 * item of the tag by the merge rule, whatever the spec says of that tag and also when the spec does not name it, with the
 * stream's generation, and reaches the tags that follow this one. So a push answers to an import that the spec asks for
 * and that is still to be made, and a later import may replace it. The spec is not touched.
 *
 * What was taken over stays in `pushedImage`, and only another image in the repository is a push: a repeated, late or forged
 * announcement moves nothing, neither back over a later import. Compare-and-set on that and on the newest item.
 */
export function applyPush(
  stream: ImageStream,
  pushed: PushedImage,
  options: { readonly now: string; readonly historyLimit?: HistoryLimit },
): PushResult {
  const { tag, image, reference } = pushed;
  const before = findStatusTag(stream, tag);
  if (before?.pushedImage === image) return { kind: 'unchanged' };
  const isCurrent = (before?.pushedImage ?? null) === pushed.replaces;
  if (!isCurrent || !isStillNewest(pushed.basedOn, newestItem(before))) return { kind: 'overtaken' };

  const generation = streamGeneration(stream);
  const event = { created: options.now, dockerImageReference: reference, image, generation };
  const { history, change } = addTagEvent(tag, before, event);
  const entry = { ...history, ...answeredImport(stream, tag, before), pushedImage: image };
  const tags = withStatusTag(statusTagsOf(stream), withLimitedHistory(entry, options.historyLimit));
  const followed = propagateToFollowers(stream, tags, change === 'none' ? [] : [tag], options.historyLimit);
  const followers = followed.changedTags.filter((name) => name !== tag);
  const pointsElsewhere = change === 'new-item' || change === 'in-place';
  return { kind: 'applied', tags: followed.tags, changedTags: pointsElsewhere ? [tag, ...followers] : followers };
}

/** With the stream's generation the item answers to a pending import too; then the status says to which. */
function answeredImport(
  stream: ImageStream,
  name: string,
  before: NamedTagEventList | undefined,
): Pick<NamedTagEventList, 'observedSpec'> {
  const tag = wantedTag(stream, name);
  if (tag === undefined || !isImportable(tag)) return {};
  if (!isPendingImport(tag, before, streamGeneration(stream))) return {};
  return { observedSpec: { hash: specHash(tag), generation: generationOf(stream, tag) } };
}

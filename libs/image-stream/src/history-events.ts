import type { ImageStream, TagEvent } from '@tagstream/api-types';

/** What the last `tag-updated` event of a tag said. */
export interface LastPublished {
  readonly streamUid: string;
  readonly created: string;
  readonly image: string;
  readonly reference: string;
  readonly generation: number;
}

/** A history item whose event is missing, and what the tag pointed to in the event before. */
export interface UnpublishedItem {
  readonly item: TagEvent;
  readonly previous: { readonly image: string; readonly reference: string } | null;
}

/**
 * Finds the history items of a tag whose events are missing, oldest first: all that came after the last published one. An
 * item that was changed in place since its event is published again with what it says now. When the published item is no
 * longer in the history, what was created after it counts. Without any event, or when the last one is about a stream that
 * was deleted and created anew, everything is missing.
 *
 * A history that is older than the last event, as in a read overtaken by another writer, has nothing to add: neither an item
 * created before it, nor the published item at an earlier generation than in the event. But a history that was read after
 * the event cannot be older than it. What looks like that is a tag that was set back or removed and made anew (a copy
 * keeps the time of its source): then the newest item is missing.
 *
 * @param items history of the tag, newest first
 * @param options.readAfterLast the stream was read when the last event was already known
 */
export function unpublishedItems(
  streamUid: string,
  items: readonly TagEvent[],
  last: LastPublished | undefined,
  options: { readonly readAfterLast?: boolean } = {},
): readonly UnpublishedItem[] {
  const known = last?.streamUid === streamUid ? last : undefined;
  const missing = known === undefined ? items : items.slice(0, countMissing(items, known, options));
  const oldestFirst = missing.toReversed();
  return oldestFirst.map((item, index) => ({
    item,
    previous: targetOf(oldestFirst[index - 1]) ?? publishedTarget(known),
  }));
}

/**
 * Whether a history knows the item that the last event of its tag was about. One that does not is about another stream, was
 * read before the event, or was changed by hand: read the stream again to tell these apart.
 */
export function isInHistory(streamUid: string, items: readonly TagEvent[], last: LastPublished): boolean {
  return last.streamUid === streamUid && items.some((item) => isSame(item, last));
}

function isSame(item: TagEvent, last: LastPublished): boolean {
  return item.created === last.created && item.image === last.image && item.dockerImageReference === last.reference;
}

function countMissing(
  items: readonly TagEvent[],
  last: LastPublished,
  { readAfterLast }: { readonly readAfterLast?: boolean },
): number {
  const count = countAfter(items, last);
  const [newest] = items;
  const isTold = newest === undefined || isSame(newest, last);
  return count === 0 && readAfterLast && !isTold ? 1 : count;
}

/** Number of items, from the newest on, that the event does not cover. */
function countAfter(items: readonly TagEvent[], last: LastPublished): number {
  const same = items.findIndex((item) => isSame(item, last));
  if (same >= 0) return same;
  const changedInPlace = items.findIndex((item) => item.created === last.created);
  const isOlder = (items[changedInPlace]?.generation ?? 0) < last.generation;
  if (changedInPlace >= 0) return isOlder ? changedInPlace : changedInPlace + 1;
  const older = items.findIndex((item) => Date.parse(item.created) <= Date.parse(last.created));
  return older >= 0 ? older : items.length;
}

/** What about a change is not in the history itself. */
export interface UpdateContext<Cause, Hint> {
  readonly cause: Cause;
  /** When the new value was found. */
  readonly observedAt: string;
  readonly hint?: Hint | undefined;
}

/**
 * The data of the `tag-updated` event of a history item.
 *
 * @throws {TypeError} for a stream without uid, which was not read from an API server
 */
export function tagUpdatedData<Cause, Hint>(
  stream: ImageStream,
  tag: string,
  { item, previous }: UnpublishedItem,
  context: UpdateContext<Cause, Hint>,
) {
  const { namespace = '', name, uid } = stream.metadata;
  if (uid === undefined) throw new TypeError(`stream ${name} has no uid: pass one that was read from an API server`);
  return {
    namespace,
    stream: name,
    streamUid: uid,
    tag,
    image: item.image,
    reference: item.dockerImageReference,
    previous,
    generation: item.generation,
    created: item.created,
    cause: context.cause,
    observedAt: context.observedAt,
    ...(context.hint !== undefined && { hint: context.hint }),
  };
}

function targetOf(item: TagEvent | undefined) {
  return item && { image: item.image, reference: item.dockerImageReference };
}

function publishedTarget(last: LastPublished | undefined) {
  return last === undefined ? null : { image: last.image, reference: last.reference };
}

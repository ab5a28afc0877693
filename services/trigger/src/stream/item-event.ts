import type { ImageStream, TagEvent } from '@tagstream/api-types';
import { type EventData, TagUpdated } from '@tagstream/events';
import { findStatusTag, newestItem, tagUpdatedData, type UpdateContext } from '@tagstream/image-stream';

type Update = EventData<typeof TagUpdated>;

/** What led to a change; it becomes part of the events that tell about it. */
export type ChangeContext = UpdateContext<Update['cause'], Update['hint']>;

/**
 * Id of the `tag-updated` event of a history item, whoever publishes it and why: two items have the same id only when
 * they are the same entry of the same tag's history and say the same.
 */
export function itemEventId(stream: ImageStream, tag: string, item: TagEvent): string {
  return TagUpdated.id(bareData(stream, tag, item));
}

/** {@link itemEventId} of the newest item of a tag; undefined while there is none. */
export function newestEventId(stream: ImageStream, tag: string): string | undefined {
  const item = newestItem(findStatusTag(stream, tag));
  return item && itemEventId(stream, tag, item);
}

/** Why no event can carry a history item: nothing when one can. */
export function itemProblems(stream: ImageStream, tag: string, item: TagEvent): readonly string[] {
  return TagUpdated.problems(bareData(stream, tag, item));
}

/** The data of the event without its circumstances. */
function bareData(stream: ImageStream, tag: string, item: TagEvent): Update {
  const context: ChangeContext = { cause: 'resync', observedAt: '1970-01-01T00:00:00Z' };
  return tagUpdatedData(stream, tag, { item, previous: null }, context);
}

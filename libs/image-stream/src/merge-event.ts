import type { NamedTagEventList, TagEvent } from '@tagstream/api-types';
import { newestItem } from './status-tags.ts';

/**
 * What merging an event did to a tag's history: nothing; only the generation of the newest item moved; the newest item
 * points elsewhere; a new item was put in front.
 */
export type HistoryChange = 'none' | 'generation' | 'in-place' | 'new-item';

/**
 * Adds an event to the history of a tag and says what changed.
 *
 * OpenShift compares the event with the newest item only. Same reference and image: the generation is taken over in place.
 * One of the two differs: the newest item is replaced in place, its `created` stays. Both differ: the event becomes the
 * newest item; A, B, A are three items. Every change clears the tag's conditions. The event's `created` is moved forward if
 * necessary, so that an item is identified by its tag and `created`.
 *
 * @param tag name for the entry when there is no history yet
 */
export function addTagEvent(
  tag: string,
  history: NamedTagEventList | undefined,
  event: TagEvent,
): { readonly history: NamedTagEventList; readonly change: HistoryChange } {
  const items = history?.items ?? [];
  const newest = newestItem(history);
  const sameReference = newest?.dockerImageReference === event.dockerImageReference;
  const sameImage = newest?.image === event.image;

  if (newest === undefined || !(sameReference || sameImage)) {
    const item = { ...event, created: createdAfter(event.created, items) };
    return { history: withItems(tag, history, [item, ...items]), change: 'new-item' };
  }
  if (sameReference && sameImage && newest.generation === event.generation) {
    return { history: history ?? { tag }, change: 'none' };
  }
  const { dockerImageReference, image, generation } = event;
  const replaced = { ...newest, dockerImageReference, image, generation };
  return {
    history: withItems(tag, history, [replaced, ...items.slice(1)]),
    change: sameReference && sameImage ? 'generation' : 'in-place',
  };
}

function withItems(tag: string, history: NamedTagEventList | undefined, items: TagEvent[]): NamedTagEventList {
  const { conditions: _cleared, ...kept } = history ?? { tag };
  return { ...kept, items };
}

/** The given instant, or the first millisecond after every item when one of them is not older. */
function createdAfter(created: string, items: readonly TagEvent[]): string {
  const newestMs = Math.max(...items.map((item) => Date.parse(item.created)).filter(Number.isFinite));
  return Date.parse(created) > newestMs ? created : new Date(newestMs + 1).toISOString();
}

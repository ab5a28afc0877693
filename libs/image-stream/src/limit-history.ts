import type { NamedTagEventList, TagEvent } from '@tagstream/api-types';

/** How long the history of a tag may grow. OpenShift has no limit; an object in etcd has one of about 1.5 MB. */
export interface HistoryLimit {
  /** Items to keep, the newest is always kept. */
  readonly max: number;
  /** Says of an item beyond `max` that its image must stay, for instance because a workload runs it. */
  readonly keep?: (item: TagEvent, tag: string) => boolean;
}

/**
 * The history items that stay: the newest `max`, at least one, and of each image that `keep` says the newest item. Order is kept.
 */
export function limitHistory(
  items: readonly TagEvent[],
  limit: { readonly max: number; readonly keep?: (item: TagEvent) => boolean },
): TagEvent[] {
  const max = Math.max(1, limit.max);
  const isNewestOfImage = (item: TagEvent) => items.find(({ image }) => image === item.image) === item;
  return items.filter((item, index) => index < max || (limit.keep?.(item) === true && isNewestOfImage(item)));
}

/** A status tag whose history obeys the limit; the same object when nothing has to go. */
export function withLimitedHistory(history: NamedTagEventList, limit: HistoryLimit | undefined): NamedTagEventList {
  const items = history.items ?? [];
  if (limit === undefined || items.length <= Math.max(1, limit.max)) return history;
  return {
    ...history,
    items: limitHistory(items, {
      max: limit.max,
      keep: (item) => limit.keep?.(item, history.tag) === true,
    }),
  };
}

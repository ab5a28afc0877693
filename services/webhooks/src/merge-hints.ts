import { createHash } from 'node:crypto';
import type { PushHint } from './sender.ts';

/** What a hint is about: one text for each tag of each repository. */
export function tagKey({ registry, repository, tag }: Pick<PushHint, 'registry' | 'repository' | 'tag'>): string {
  return `${registry}/${repository}:${tag}`;
}

/**
 * The id of a hint that stands for several: made of the ids of all. If it were the id of one, and that one a delivery that
 * the stream knows already, the new ones would be taken for known as well.
 */
export function mergedId(ids: ReadonlySet<string>): string {
  const [only] = ids;
  if (only !== undefined && ids.size === 1) return only;
  return `merged-${createHash('sha256')
    .update([...ids].sort().join('\n'))
    .digest('hex')}`;
}

/** A batch may name a tag several times: one look at it, after all of them, is enough. The last one stands for the others. */
export function oncePerTag(hints: readonly PushHint[]): readonly PushHint[] {
  if (hints.length < 2) return hints;
  const byTag = Map.groupBy(hints, tagKey);
  if (byTag.size === hints.length) return hints;
  return [...byTag.values()].flatMap((same) => {
    const last = same.at(-1);
    return last === undefined ? [] : [{ ...last, deliveryId: mergedId(new Set(same.map((hint) => hint.deliveryId))) }];
  });
}

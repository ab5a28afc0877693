import { type ImageStream, type SpecTag, specTags } from '@tagstream/api-types';
import type { HistoryLimit } from './limit-history.ts';
import { settleTag } from './settle-tag.ts';
import { effectiveGeneration, streamGeneration } from './spec-tag.ts';
import { newestItem, type StatusTags, withStatusTag } from './status-tags.ts';
import { isOwn, sourceTag } from './tag-source.ts';
import { tagProblems } from './validate.ts';

/**
 * The tag of the same stream that a spec tag follows live: its `from` is an ImageStreamTag, in no or the stream's own
 * namespace, named `tag` or `<this stream>:tag`. A tag of another stream is copied once and never followed.
 */
export function trackedTag(stream: ImageStream, tag: SpecTag): string | undefined {
  const source = sourceTag(stream.metadata.name, tag);
  return source !== undefined && isOwn(stream, source) ? source.tag : undefined;
}

/**
 * Names of all tags that follow a tag of the same stream, directly or through others, nearest first. In a cycle every tag
 * appears once, and the tag itself never.
 */
export function followersOf(stream: ImageStream, tagName: string): readonly string[] {
  const found = [tagName];
  for (const source of found) {
    for (const follower of directFollowers(stream, source)) {
      if (!found.includes(follower.name)) found.push(follower.name);
    }
  }
  return found.slice(1);
}

/** The tracking tags among these, each after the tag it follows; a cycle is cut where it was entered. */
export function trackingTagsSourcesFirst(stream: ImageStream, tags: readonly SpecTag[]): readonly SpecTag[] {
  const waiting = new Map(tags.filter((tag) => trackedTag(stream, tag) !== undefined).map((tag) => [tag.name, tag]));
  const ordered: SpecTag[] = [];
  const visit = (name: string) => {
    const tag = waiting.get(name);
    if (tag === undefined || !waiting.delete(name)) return;
    visit(trackedTag(stream, tag) ?? '');
    ordered.push(tag);
  };
  for (const name of [...waiting.keys()]) visit(name);
  return ordered;
}

/** Status tags after something was worked out, and the names of those that point to something else than before. */
export interface TagsOutcome {
  readonly tags: StatusTags;
  readonly changedTags: readonly string[];
}

/**
 * Hands the newest items of changed tags on to the tags that follow them, and from those to their followers. Each tag receives
 * once, so cycles end. A follower's item gets at least the follower's own generation: it answers to its spec.
 *
 * @param changed names of the tags that got a new newest item
 * @returns the status tags, and the followers that point elsewhere now
 */
export function propagateToFollowers(
  stream: ImageStream,
  tags: StatusTags,
  changed: readonly string[],
  limit?: HistoryLimit,
): TagsOutcome {
  const queue = [...changed].sort();
  const received = new Set<string>();
  const changedTags: string[] = [];
  let current = tags;
  for (const source of queue) {
    const item = newestItem(current.get(source));
    if (item === undefined) continue;
    for (const follower of directFollowers(stream, source)) {
      if (received.has(follower.name)) continue;
      received.add(follower.name);
      queue.push(follower.name);
      const before = current.get(follower.name);
      const own = effectiveGeneration(follower, before, streamGeneration(stream));
      const event = { ...item, generation: Math.max(item.generation, own) };
      const { statusTag, pointsElsewhere } = settleTag(follower, before, event, own, limit);
      if (statusTag !== before) current = withStatusTag(current, statusTag);
      if (pointsElsewhere) changedTags.push(follower.name);
    }
  }
  return { tags: current, changedTags };
}

function directFollowers(stream: ImageStream, source: string): readonly SpecTag[] {
  return specTags(stream).filter(
    (tag) => trackedTag(stream, tag) === source && tagProblems(stream, tag.name).length === 0,
  );
}

import { type ImageStream, type SpecTag, specTags } from '@tagstream/api-types';
import type { HistoryLimit } from './limit-history.ts';
import { settleTag } from './settle-tag.ts';
import { effectiveGeneration, streamGeneration } from './spec-tag.ts';
import { newestItem, type StatusTags } from './status-tags.ts';
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
 * Hands the newest items of changed tags on to the tags that follow them, and from those to their followers, until every
 * follower has what its source has. OpenShift takes one pass in random order; the result here is always the same. A
 * follower's item gets at least the follower's own generation: it answers to its spec.
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
  const tracking = changed.length === 0 ? [] : trackingTagsSourcesFirst(stream, validTags(stream));
  const moved = new Set(changed);
  const changedTags = new Set<string>();
  const current = new Map(tags);
  // A cycle had to be cut somewhere; the second pass takes the news across the cut, and then all of it agrees.
  for (const follower of [...tracking, ...tracking]) {
    const source = trackedTag(stream, follower) ?? '';
    const item = newestItem(current.get(source));
    if (item === undefined || !moved.has(source)) continue;
    moved.add(follower.name);
    const before = current.get(follower.name);
    const own = effectiveGeneration(follower, before, streamGeneration(stream));
    const event = { ...item, generation: Math.max(item.generation, own) };
    const { statusTag, pointsElsewhere } = settleTag(follower, before, event, own, limit);
    if (statusTag !== before) current.set(follower.name, statusTag);
    if (pointsElsewhere) changedTags.add(follower.name);
  }
  return { tags: current, changedTags: [...changedTags] };
}

function directFollowers(stream: ImageStream, source: string): readonly SpecTag[] {
  return validTags(stream).filter((tag) => trackedTag(stream, tag) === source);
}

function validTags(stream: ImageStream): readonly SpecTag[] {
  return specTags(stream).filter((tag) => tagProblems(stream, tag.name).length === 0);
}

import type { ImageStream, ImageStreamStatus, NamedTagEventList, TagEvent } from '@tagstream/api-types';

/** The status tags of a stream by name, as the rules pass them on while they work out the next status. */
export type StatusTags = ReadonlyMap<string, NamedTagEventList>;

/** The status tag of that name, if the stream has one. */
export function findStatusTag(stream: ImageStream, tag: string): NamedTagEventList | undefined {
  return stream.status?.tags?.findLast((candidate) => candidate.tag === tag);
}

/** The newest history item of a status tag; none when it only has conditions. */
export function newestItem(statusTag: NamedTagEventList | undefined): TagEvent | undefined {
  return statusTag?.items?.[0];
}

/** The newest item of a tag; the empty tag name means `latest`. */
export function latestTaggedImage(stream: ImageStream, tag: string): TagEvent | undefined {
  return newestItem(findStatusTag(stream, tag || 'latest'));
}

/** The stream's status tags by name. */
export function statusTagsOf(stream: ImageStream): StatusTags {
  return new Map((stream.status?.tags ?? []).map((entry) => [entry.tag, entry]));
}

/** A copy of the map with one entry replaced. */
export function withStatusTag(tags: StatusTags, entry: NamedTagEventList): StatusTags {
  return new Map(tags).set(entry.tag, entry);
}

/**
 * The stream's status with these tags: in the order of their names, without entries that have neither items nor conditions,
 * everything else as it was.
 */
export function statusWith(stream: ImageStream, tags: StatusTags): ImageStreamStatus {
  const kept = [...tags.values()].filter((entry) => entry.items?.length || entry.conditions?.length);
  return { ...stream.status, tags: kept.sort((a, b) => (a.tag < b.tag ? -1 : 1)) };
}

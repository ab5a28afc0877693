import type { PublishedTags } from '../../src/stream/published-tags.ts';
import { type StreamName, streamId } from '../../src/stream/stream-key.ts';

/** What a process knows of published tags, without anybody telling it of others. */
export function emptyPublished(): Pick<PublishedTags, 'has' | 'tags' | 'note' | 'drop'> {
  const known = new Map<string, string>();
  const key = (stream: StreamName, tag: string) => `${streamId(stream)}:${tag}`;
  return {
    has: (stream, tag, id) => known.get(key(stream, tag)) === id,
    tags: (stream) =>
      [...known.keys()]
        .filter((one) => one.startsWith(key(stream, '')))
        .map((one) => one.slice(key(stream, '').length)),
    note: (stream, tag, id) => void known.set(key(stream, tag), id),
    drop: (stream, tag) => void known.delete(key(stream, tag)),
  };
}

import type { ImageStream, TagEvent } from '@tagstream/api-types';

/** Result of looking for an image by id in the history of a stream. */
export type FoundImage =
  | { readonly kind: 'found'; readonly tag: string; readonly item: TagEvent }
  | { readonly kind: 'none' }
  /** Several different images begin like that. */
  | { readonly kind: 'ambiguous'; readonly images: readonly string[] };

/**
 * Looks for an image in all items of all tags of a stream. The id may be the whole image name, its beginning, or the
 * beginning of the hex part of its digest; exactly one distinct image must match. Of several items with that image the
 * most recent is returned.
 */
export function findImage(stream: ImageStream, id: string): FoundImage {
  const matches = (stream.status?.tags ?? []).flatMap(({ tag, items }) =>
    (items ?? []).filter((item) => matchesId(item.image, id)).map((item) => ({ tag, item })),
  );
  const images = [...new Set(matches.map(({ item }) => item.image))].sort();
  if (images.length > 1) return { kind: 'ambiguous', images };
  const [first, ...others] = matches;
  if (first === undefined) return { kind: 'none' };
  const latest = others.reduce(
    (best, match) => (Date.parse(match.item.created) > Date.parse(best.item.created) ? match : best),
    first,
  );
  return { kind: 'found', ...latest };
}

function matchesId(image: string, id: string): boolean {
  if (id === '' || image === '') return false;
  const hex = image.slice(image.indexOf(':') + 1);
  return image.startsWith(id) || hex.startsWith(id);
}

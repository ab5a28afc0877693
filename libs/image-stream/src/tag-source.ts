import type { ImageStream, SpecTag } from '@tagstream/api-types';

/** A tag of a stream, fully named. */
export interface TagAddress {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
}

/** An image of a stream, fully named. `id` may be a digest or the beginning of one. */
export interface ImageAddress {
  readonly namespace: string;
  readonly stream: string;
  readonly id: string;
}

/** True for a tag that a registry must be asked about: a DockerImage that is not only a reference. */
export function isImportable(tag: SpecTag): boolean {
  return tag.from?.kind === 'DockerImage' && !tag.reference;
}

/**
 * The tag that a spec tag of kind ImageStreamTag names: `tag` (of the stream itself) or `stream:tag`, an empty tag being
 * `latest`. Undefined for other kinds and for names with more than one colon or an empty part before it.
 */
export function sourceTag(streamName: string, tag: SpecTag): TagAddress | undefined {
  if (tag.from?.kind !== 'ImageStreamTag') return undefined;
  const parts = namedPart(tag.from.name, ':', streamName);
  return parts && { namespace: tag.from.namespace, stream: parts.stream, tag: parts.rest || 'latest' };
}

/**
 * The image that a spec tag of kind ImageStreamImage names: `id` (in the stream itself) or `stream@id`. Undefined for other
 * kinds, for names with more than one `@` and for empty parts.
 */
export function sourceImage(streamName: string, tag: SpecTag): ImageAddress | undefined {
  if (tag.from?.kind !== 'ImageStreamImage') return undefined;
  const parts = namedPart(tag.from.name, '@', streamName);
  return parts?.rest ? { namespace: tag.from.namespace, stream: parts.stream, id: parts.rest } : undefined;
}

/** True when the address is in this very stream. */
export function isOwn(stream: ImageStream, address: { readonly namespace: string; readonly stream: string }): boolean {
  return address.namespace === (stream.metadata.namespace ?? '') && address.stream === stream.metadata.name;
}

function namedPart(name: string, separator: string, streamName: string) {
  const [first = '', second, ...more] = name.split(separator);
  if (first === '' || more.length > 0) return undefined;
  return second === undefined ? { stream: streamName, rest: first } : { stream: first, rest: second };
}

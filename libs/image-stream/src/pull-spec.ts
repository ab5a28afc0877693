import { type ImageStream, type SpecTag, specTag, type TagEvent } from '@tagstream/api-types';
import { parseImageReference, printRepository } from '@tagstream/image-ref';
import { generationOf } from './spec-tag.ts';
import { findStatusTag, newestItem } from './status-tags.ts';

/** What a consumer of a tag is to use. */
export interface ResolvedTag {
  /** What to pull: normally repository@digest; as written in the spec for a tag that is only a reference. */
  readonly reference: string;
  /** Digest, empty for a tag that is only a reference. */
  readonly image: string;
  /** `created` of the item: which entry of the history this is. */
  readonly created: string;
}

/**
 * Resolves a tag for triggers, builds and image lookup: the newest item, whatever the state of later imports. With reference
 * policy `Local` the image is pulled through the registry in `status.dockerImageRepository`; without such a registry `Local` is
 * the same as `Source`. Undefined while the tag has no item. An empty tag name means `latest`.
 */
export function resolveTag(stream: ImageStream, tagName: string): ResolvedTag | undefined {
  const name = tagName || 'latest';
  const item = newestItem(findStatusTag(stream, name));
  if (item === undefined) return undefined;
  return { reference: pullSpecOf(stream, specTag(stream, name), item), image: item.image, created: item.created };
}

/** What a client that may wait is told about a tag. */
export type TagIntent =
  | { readonly kind: 'item'; readonly reference: string; readonly image: string; readonly hasNewer: boolean }
  /** Nothing imported yet (or not this version of the spec): the source as the spec names it. */
  | { readonly kind: 'source'; readonly reference: string }
  /** The image that the spec asks for is not imported yet and cannot be named before it is. */
  | { readonly kind: 'wait' }
  /** Nothing is known of the tag; a push to this place would fill it. */
  | { readonly kind: 'empty'; readonly reference: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Resolves a tag the way OpenShift's client tools do. `newest-intent` prefers what the spec asks for over an older item;
 * `most-recent` returns the item and says that something newer is asked for.
 *
 * @param options.preferPublic for a tag without anything, name the public repository rather than the internal one
 */
export function resolveIntent(
  stream: ImageStream,
  tagName: string,
  options: { readonly view: 'newest-intent' | 'most-recent'; readonly preferPublic?: boolean },
): TagIntent {
  const name = tagName || 'latest';
  const tag = specTag(stream, name);
  const source = tag?.referencePolicy === 'Source' && tag.from?.kind === 'DockerImage' ? tag.from.name : undefined;
  const item = newestItem(findStatusTag(stream, name));
  if (item !== undefined) {
    const hasNewer = tag?.from !== undefined && generationOf(stream, tag) > item.generation;
    if (!hasNewer || options.view === 'most-recent') {
      return { kind: 'item', reference: pullSpecOf(stream, tag, item), image: item.image, hasNewer };
    }
    return source === undefined ? { kind: 'wait' } : { kind: 'source', reference: source };
  }
  if (source !== undefined) return { kind: 'source', reference: source };
  const { dockerImageRepository, publicDockerImageRepository } = stream.status ?? {};
  const repository = (options.preferPublic && publicDockerImageRepository) || dockerImageRepository;
  return repository
    ? { kind: 'empty', reference: `${repository}:${name}` }
    : { kind: 'unknown', reason: `no repository is known for tag ${name}` };
}

function pullSpecOf(stream: ImageStream, tag: SpecTag | undefined, item: TagEvent): string {
  if (tag?.referencePolicy !== 'Local' || item.image === '') return item.dockerImageReference;
  const repository = parsedRepository(stream.status?.dockerImageRepository);
  return repository === undefined ? item.dockerImageReference : `${repository}@${item.image}`;
}

function parsedRepository(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    return printRepository(parseImageReference(text));
  } catch {
    return undefined;
  }
}

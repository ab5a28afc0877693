import type { ImageStream, ReplicationController, TagReference } from '@tagstream/api-types';

/** A tag of an ImageStream that a hook sets. */
export interface TagTarget {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
}

/** A tag as it was read live: with its stream, without one, or not at all. */
export type LiveTag =
  | { readonly kind: 'stream'; readonly stream: ImageStream }
  | { readonly kind: 'no-stream' }
  | { readonly kind: 'forbidden'; readonly reason: string };

/** `namespace/stream:tag`, for maps and messages. */
export function tagTargetId({ namespace, stream, tag }: TagTarget): string {
  return `${namespace}/${stream}:${tag}`;
}

/**
 * The tag that a `tagImages` entry names. OpenShift: the namespace is the ReplicationController's when not given.
 * @returns undefined when the name is not exactly `stream:tag`
 */
export function tagTargetOf(
  to: { readonly name?: string; readonly namespace?: string },
  rc: ReplicationController,
): TagTarget | undefined {
  const [stream, tag, ...rest] = (to.name ?? '').split(':');
  if (!stream || !tag || rest.length > 0) return undefined;
  return { namespace: to.namespace || (rc.metadata.namespace ?? ''), stream, tag };
}

/** The spec tag of a stream, and its place in the list; undefined when there is none. */
export function specTagOf(
  stream: ImageStream,
  tag: string,
): { readonly index: number; readonly tag: TagReference } | undefined {
  const tags = stream.spec?.tags ?? [];
  const index = tags.findIndex(({ name }) => name === tag);
  const found = tags[index];
  return found && { index, tag: found };
}

/** Whether the tag follows exactly this image. */
export function follows(live: LiveTag, tag: string, image: string): boolean {
  const from = live.kind === 'stream' ? specTagOf(live.stream, tag)?.tag.from : undefined;
  return from?.kind === 'DockerImage' && from.name === image;
}

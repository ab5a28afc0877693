import type { ImageStream, ObjectReference } from '@tagstream/api-types';
import { findImage, resolveTag } from '@tagstream/image-stream';

/** What a reference to an image means now: what to pull, or why that is not known. */
export type ResolvedImage =
  | { readonly kind: 'resolved'; readonly reference: string }
  | { readonly kind: 'unresolved'; readonly why: string };

/** Resolves references to images; the namespace is filled in. */
export type ImageResolver = (from: ObjectReference) => ResolvedImage;

/** Names an ImageStream. */
export interface StreamName {
  readonly namespace: string;
  readonly name: string;
}

/** The ImageStream that a reference needs; undefined for one that names an image itself, or is not well formed. */
export function streamOf(from: ObjectReference): StreamName | undefined {
  const [name = '', rest] = partsOf(from);
  return rest === undefined || name === '' ? undefined : { namespace: from.namespace ?? '', name };
}

/** `namespace/name`, for maps. */
export function streamId({ namespace, name }: StreamName): string {
  return `${namespace}/${name}`;
}

/** A resolver over streams that were read before; `null` for a stream that does not exist. */
export function imageResolver(streams: ReadonlyMap<string, ImageStream | null>): ImageResolver {
  return (from) => {
    if (from.kind === 'DockerImage') {
      return from.name ? { kind: 'resolved', reference: from.name } : { kind: 'unresolved', why: 'it has no name' };
    }
    const name = streamOf(from);
    if (name === undefined) return { kind: 'unresolved', why: `${from.name ?? ''} is not of the form ${formOf(from)}` };
    const stream = streams.get(streamId(name));
    if (!stream) return { kind: 'unresolved', why: `imagestreams.image.openshift.io "${name.name}" not found` };
    const reference = from.kind === 'ImageStreamTag' ? ofTag(stream, from) : ofImage(stream, from);
    return reference === undefined
      ? { kind: 'unresolved', why: 'unable to find latest tagged image' }
      : { kind: 'resolved', reference };
  };
}

function ofTag(stream: ImageStream, from: ObjectReference): string | undefined {
  return resolveTag(stream, partsOf(from)[1] ?? '')?.reference;
}

function ofImage(stream: ImageStream, from: ObjectReference): string | undefined {
  const found = findImage(stream, partsOf(from)[1] ?? '');
  return found.kind === 'found' ? found.item.dockerImageReference : undefined;
}

/** `stream:tag` of an ImageStreamTag, `stream@image` of an ImageStreamImage. */
function partsOf({ kind, name = '' }: ObjectReference): readonly string[] {
  const separator = kind === 'ImageStreamTag' ? ':' : kind === 'ImageStreamImage' ? '@' : undefined;
  if (separator === undefined) return [name];
  const at = name.indexOf(separator);
  return at < 1 || at === name.length - 1 ? [name] : [name.slice(0, at), name.slice(at + 1)];
}

const formOf = ({ kind }: ObjectReference): string =>
  kind === 'ImageStreamImage' ? '<stream>@<image>' : '<stream>:<tag>';

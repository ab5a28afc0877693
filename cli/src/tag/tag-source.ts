import type { ImageStream, ObjectReference } from '@tagstream/api-types';
import { type ImageReference, parseImageReference, printImageReference } from '@tagstream/image-ref';
import { latestTaggedImage } from '@tagstream/image-stream';

/** What a tag is to be set to. `reference.namespace` is empty for the namespace of the command. */
export interface TagSource {
  readonly kind: 'DockerImage' | 'ImageStreamTag' | 'ImageStreamImage';
  readonly reference: ImageReference;
}

export type SourceHint = 'istag' | 'isimage' | 'docker';

/** Why a source makes no sense. */
export class TagSourceError extends Error {
  override readonly name = 'TagSourceError';
}

/**
 * Reads the source of `oc tag`: by its shape, a registry, a digest, a tag, or none of these, in this order; or as the hint says.
 * @throws TagSourceError, ImageRefError
 */
export function parseTagSource(text: string, hint: SourceHint | undefined): TagSource {
  const reference = parseImageReference(text);
  const kind = hint === undefined ? kindOf(reference) : KINDS[hint];
  if (kind === 'DockerImage') return { kind, reference };
  if (reference.registry !== '') {
    throw new TagSourceError('server in SOURCE is only allowed when providing a container image');
  }
  if (kind === 'ImageStreamTag' && reference.tag === '') {
    throw new TagSourceError('--source=ImageStreamTag requires a valid <name>:<tag> in SOURCE');
  }
  if (kind === 'ImageStreamImage' && reference.digest === '') {
    throw new TagSourceError('--source=ImageStreamImage requires a valid <name>@<id> in SOURCE');
  }
  return { kind, reference };
}

const KINDS = { istag: 'ImageStreamTag', isimage: 'ImageStreamImage', docker: 'DockerImage' } as const;

function kindOf({ registry, digest, tag }: ImageReference): TagSource['kind'] {
  if (registry !== '') return 'DockerImage';
  if (digest !== '') return 'ImageStreamImage';
  return tag === '' ? 'DockerImage' : 'ImageStreamTag';
}

/**
 * The image that a tag points to now, so that the new tag does not move with it. OpenShift: an image without digest is taken as
 * it is written.
 * @throws TagSourceError when the tag points to nothing
 */
export function snapshotOf(source: TagSource, stream: ImageStream): TagSource {
  const text = printImageReference(source.reference);
  const item = latestTaggedImage(stream, source.reference.tag);
  if (item === undefined) {
    throw new TagSourceError(`"${text}" is not currently pointing to an image, cannot use it as the source of a tag`);
  }
  if (item.image === '') return { kind: 'DockerImage', reference: parseImageReference(item.dockerImageReference) };
  return { kind: 'ImageStreamImage', reference: { ...source.reference, tag: '', digest: item.image } };
}

/**
 * The source as `from` of a spec tag.
 * @param home namespace of the command @param destination namespace of the tag that is set
 */
export function fromOf({ kind, reference }: TagSource, home: string, destination: string): ObjectReference {
  if (kind === 'DockerImage') return { kind, name: printImageReference(reference) };
  const namespace = reference.namespace || (destination === home ? '' : home);
  const name = printImageReference({ ...reference, namespace: '' });
  return { kind, name, ...(namespace !== '' && { namespace }) };
}

import type { ImageStream, SpecTag, TagEvent } from '@tagstream/api-types';
import { findImage } from './find-image.ts';
import { findStatusTag, newestItem } from './status-tags.ts';
import { type ImageAddress, isOwn, sourceImage, sourceTag, type TagAddress } from './tag-source.ts';

/** A stream by name. */
export interface StreamAddress {
  readonly namespace: string;
  readonly name: string;
}

/** Finds another stream; undefined when it does not exist. */
export type StreamLookup = (namespace: string, name: string) => ImageStream | undefined;

/** Why this stream may not take images from a stream of another namespace; undefined when it may. */
export type PullRefusal = (namespace: string, name: string) => string | undefined;

/** What a spec tag points to, found without asking a registry. */
export type TagEvidence =
  | { readonly kind: 'event'; readonly event: TagEvent }
  /** The source exists and has no image yet, which is no error. */
  | { readonly kind: 'nothing'; readonly waitingFor?: StreamAddress }
  | {
      readonly kind: 'failed';
      readonly reason: 'Invalid' | 'NotFound' | 'Conflict' | 'Forbidden';
      readonly message: string;
      readonly waitingFor?: StreamAddress;
    };

interface EvidenceOptions {
  readonly lookupStream: StreamLookup;
  readonly refusePull?: PullRefusal;
  readonly now: string;
  readonly internalHost?: string;
}

/**
 * Resolves a spec tag that is no import: a reference tag is its own evidence; an ImageStreamImage is looked for in the
 * history of its stream; an ImageStreamTag is the newest item of that tag, `created` included. The generation of the
 * event is to be set by the caller. The tag must be valid.
 */
export function tagEvidence(stream: ImageStream, tag: SpecTag, options: EvidenceOptions): TagEvidence {
  if (tag.from?.kind === 'DockerImage') {
    return { kind: 'event', event: newEvent(options.now, tag.from.name, '') };
  }
  const image = sourceImage(stream.metadata.name, tag);
  const address = image ?? sourceTag(stream.metadata.name, tag);
  if (address === undefined) return { kind: 'nothing' };
  const own = isOwn(stream, address);
  const waitingFor = own ? undefined : { namespace: address.namespace, name: address.stream };
  const wait = waitingFor && { waitingFor };
  const refusal =
    address.namespace === stream.metadata.namespace
      ? undefined
      : options.refusePull?.(address.namespace, address.stream);
  // Before the source is looked for: who may not pull is not told what is there either.
  if (refusal !== undefined) return { kind: 'failed', reason: 'Forbidden', message: refusal, ...wait };
  const source = own ? stream : options.lookupStream(address.namespace, address.stream);
  if (source === undefined) {
    const message = `ImageStream "${address.stream}" was not found in namespace "${address.namespace}"`;
    return { kind: 'failed', reason: 'NotFound', message, ...wait };
  }
  const found = image ? evidenceOfImage(source, image, options.now) : evidenceOfTag(source, address as TagAddress);
  if (found.kind !== 'event') return { ...found, ...wait };
  const reference = tag.reference
    ? found.event.dockerImageReference
    : underOwnName(found.event.dockerImageReference, address, stream, options.internalHost);
  return { kind: 'event', event: { ...found.event, dockerImageReference: reference } };
}

function evidenceOfTag(source: ImageStream, address: TagAddress): TagEvidence {
  const item = newestItem(findStatusTag(source, address.tag));
  return item === undefined ? { kind: 'nothing' } : { kind: 'event', event: item };
}

function evidenceOfImage(source: ImageStream, { stream, id }: ImageAddress, now: string): TagEvidence {
  const found = findImage(source, id);
  switch (found.kind) {
    case 'found':
      return { kind: 'event', event: newEvent(now, found.item.dockerImageReference, found.item.image) };
    case 'none':
      return { kind: 'failed', reason: 'NotFound', message: `no image of ImageStream "${stream}" has the id "${id}"` };
    case 'ambiguous': {
      const message = `the id "${id}" matches ${found.images.length} images of ImageStream "${stream}": give more of it`;
      return { kind: 'failed', reason: 'Conflict', message };
    }
  }
}

function newEvent(created: string, dockerImageReference: string, image: string): TagEvent {
  return { created, dockerImageReference, image, generation: 0 };
}

/**
 * In an integrated registry the right to pull is checked against the stream named in the pull spec, so a copy is pulled under
 * the name of the stream that copies.
 */
function underOwnName(
  reference: string,
  source: { readonly namespace: string; readonly stream: string },
  stream: ImageStream,
  internalHost: string | undefined,
): string {
  const prefix = `${internalHost}/${source.namespace}/${source.stream}`;
  const rest = reference.slice(prefix.length);
  if (!internalHost || !reference.startsWith(prefix) || !/^(?:[:@].+)?$/.test(rest)) return reference;
  return `${internalHost}/${stream.metadata.namespace ?? ''}/${stream.metadata.name}${rest}`;
}

import type { ImageStream } from '@tagstream/api-types';
import {
  ImageRefError,
  type ImageReference,
  parseImageReference,
  printImageReference,
  withDigest,
} from '@tagstream/image-ref';
import { resolveTag } from './pull-spec.ts';

/** What of a stream local names need: small enough to keep that of every stream in memory. */
export interface LocalStream {
  /** `spec.lookupPolicy.local`: objects of the namespace may name the stream like an image. */
  readonly local: boolean;
  /** `status.dockerImageRepository`, empty for none. */
  readonly repository: string;
  /** What to run for each tag that has an image: a reference by digest. Empty where the recorded one does not parse. */
  readonly references: ReadonlyMap<string, string>;
}

/** The part of a stream that local names need. */
export function localStream(stream: ImageStream): LocalStream {
  const references = new Map<string, string>();
  for (const { tag } of stream.status?.tags ?? []) {
    const resolved = resolveTag(stream, tag);
    // A tag that is only a reference has no image, and counts as not there.
    if (resolved === undefined || resolved.image === '') continue;
    const reference = parsed(resolved.reference);
    references.set(tag, reference === undefined ? '' : printImageReference(withDigest(reference, resolved.image)));
  }
  return {
    local: stream.spec?.lookupPolicy?.local === true,
    repository: stream.status?.dockerImageRepository ?? '',
    references,
  };
}

/** Where an image is named, and what is known of the streams. */
export interface LocalNameContext {
  /** Namespace of the object that names the image. */
  readonly namespace: string;
  /** The object asks for local names itself: each of its references is one, whatever the stream says. */
  readonly force: boolean;
  readonly streamOf: (namespace: string, name: string) => LocalStream | undefined;
}

/** What a reference turned out to be. */
export type LocalName =
  | { readonly kind: 'resolved'; readonly reference: string }
  /** It is left as it is: no local name, or one of a stream that is not there or does not allow it. */
  | { readonly kind: 'elsewhere' }
  /** A local name of a stream that has no image for the tag yet. It is left as it is, too. */
  | { readonly kind: 'no-image'; readonly stream: string; readonly tag: string };

/**
 * Resolves the name of an image through the ImageStreams of the object's namespace. OpenShift: a single segment with an optional
 * tag is a local name; with `force` every reference without digest is one, of which only name and tag count. The stream has
 * to allow it, or `force` does. A tag without an image becomes `<status.dockerImageRepository>:<tag>`, so that a pull does
 * not go to Docker Hub in silence. A reference by digest is never touched.
 */
export function resolveLocalName(image: string, { namespace, force, streamOf }: LocalNameContext): LocalName {
  const ref = parsed(image);
  if (ref === undefined || ref.digest !== '' || ref.name === '') return ELSEWHERE;
  if (!force && (ref.registry !== '' || ref.namespace !== '')) return ELSEWHERE;
  const stream = streamOf(namespace, ref.name);
  if (stream === undefined || !(force || stream.local)) return ELSEWHERE;
  const tag = ref.tag || 'latest';
  const reference = stream.references.get(tag);
  if (reference === '') return ELSEWHERE;
  if (reference !== undefined) return { kind: 'resolved', reference };
  const repository = stream.repository === '' ? undefined : parsed(stream.repository);
  return repository === undefined
    ? { kind: 'no-image', stream: ref.name, tag }
    : { kind: 'resolved', reference: printImageReference({ ...repository, tag }) };
}

const ELSEWHERE: LocalName = { kind: 'elsewhere' };

function parsed(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (error instanceof ImageRefError) return undefined;
    throw error;
  }
}

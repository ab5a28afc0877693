import type { ImageStream } from '@tagstream/api-types';
import { canonicalKey, ImageRefError, parseImageReference, printImageReference } from '@tagstream/image-ref';
import { type BasedOn, basedOnItem, isImportable, newestItem, wantedTags } from '@tagstream/image-stream';
import { importNowOf, wantedInterval } from '../annotations.ts';
import { questionFor } from '../question.ts';
import type { TagView } from '../tag-view.ts';
import { type OwnRegistry, ownReference, type StreamPlace } from './own-registry.ts';

/** What is kept of a stream to notice pushes into its repository in the cluster's own registry. */
export interface OwnStream extends StreamPlace {
  readonly uid: string;
  /** How often it wants to be looked at, null for the configured interval. */
  readonly intervalMs: number | null;
  /** The value by which it asks for a check now, empty for none. */
  readonly request: string;
  /** Its tags of status and those that have a source. */
  readonly tags: ReadonlyMap<string, OwnTag>;
}

/** What is kept of a tag. */
export interface OwnTag {
  /** Newest item of its history. */
  readonly basedOn: BasedOn | null;
  /** Digest that was last taken over from the repository. */
  readonly pushedImage: string | null;
  /**
   * Where the spec says that its images come from: from somewhere, from this very place, so that the import does what is to be
   * done, or nothing is said.
   */
  readonly source: 'none' | 'elsewhere' | 'itself';
}

const UNKNOWN_TAG: OwnTag = { basedOn: null, pushedImage: null, source: 'none' };

/** In place of the fingerprint of a spec tag: what was pushed answers to none. */
const NO_SPEC = 'pushed';

/** Keeps of a stream what {@link OwnStream} says. */
export function viewOwnStream(stream: ImageStream, registry: OwnRegistry): OwnStream {
  const { namespace = '', name, uid = '', annotations } = stream.metadata;
  const place = { namespace, stream: name };
  const sources = new Map<string, OwnTag['source']>();
  for (const tag of wantedTags(stream)) {
    if (tag.from === undefined) continue;
    const own = canonicalKey(ownReference(registry, place, tag.name));
    sources.set(tag.name, isImportable(tag) && canonicalOf(tag.from.name) === own ? 'itself' : 'elsewhere');
  }
  const tags = new Map<string, OwnTag>();
  for (const [tag, source] of sources) tags.set(tag, { ...UNKNOWN_TAG, source });
  for (const entry of stream.status?.tags ?? []) {
    const source = sources.get(entry.tag) ?? 'none';
    tags.set(entry.tag, { basedOn: basedOnItem(newestItem(entry)), pushedImage: entry.pushedImage ?? null, source });
  }
  const { intervalMs } = wantedInterval(annotations, '');
  return { ...place, uid, intervalMs, request: importNowOf(annotations), tags };
}

function canonicalOf(text: string): string | undefined {
  try {
    return canonicalKey(parseImageReference(text));
  } catch (error) {
    if (error instanceof ImageRefError) return undefined;
    throw error;
  }
}

/**
 * Whether a tag that the repository is found to have is worth a look although nobody announced it. One that has another source
 * is not, before it was pushed to: what lies in the repository under its name may be older than its images.
 */
export function isHealed({ tags }: OwnStream, tag: string): boolean {
  const { source, pushedImage } = tags.get(tag) ?? UNKNOWN_TAG;
  return source === 'none' || (source === 'elsewhere' && pushedImage !== null);
}

/**
 * What a look at a tag of the repository is made by; undefined when an import looks at that very place. It is asked apart from
 * imports of the same reference, by other streams: those have their own times.
 */
export function pushedTagView(stream: OwnStream, tag: string, registry: OwnRegistry): TagView | undefined {
  const { basedOn, pushedImage, source } = stream.tags.get(tag) ?? UNKNOWN_TAG;
  if (source === 'itself') return undefined;
  const reference = ownReference(registry, stream, tag);
  const question = questionFor(reference, {
    insecure: registry.insecure,
    // What was pushed is what counts: OpenShift records a list that is pushed as that list.
    importMode: 'PreserveOriginal',
    preferredPlatform: {},
  });
  return {
    id: `${stream.uid} ${tag}`,
    namespace: stream.namespace,
    stream: stream.stream,
    streamUid: stream.uid,
    tag,
    from: printImageReference(reference),
    reference,
    specHash: NO_SPEC,
    specGeneration: 0,
    pending: false,
    scheduled: false,
    intervalMs: null,
    intervalProblem: null,
    importNow: '',
    basedOn,
    failure: null,
    question: { ...question, key: `${question.key} pushed`, canonical: `${question.canonical} (pushed)` },
    pushed: { image: pushedImage },
  };
}

import { createHash } from 'node:crypto';
import type { ImageStream, NamedTagEventList, SpecTag } from '@tagstream/api-types';
import { findStatusTag, newestItem } from './status-tags.ts';

/** Hex digits of a spec hash: 64 bits tell the versions of one tag apart with certainty enough. */
const HASH_HEX_DIGITS = 16;

/**
 * Fingerprint of what counts when OpenShift decides whether a spec tag was changed: source namespace and name, `reference`,
 * the import mode, and `generation: 0` as the request for another import. Not the kind of the source, not `insecure`,
 * `scheduled`, the reference policy or annotations.
 */
export function specHash(tag: SpecTag): string {
  const facts = [tag.from?.namespace ?? '', tag.from?.name ?? '', tag.reference, tag.importMode, tag.reimport];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, HASH_HEX_DIGITS);
}

/**
 * The generation of a spec tag. OpenShift stores it in the spec; here it is derived, so that the spec stays its writer's
 * alone: the generation at which this version of the tag was first acted upon, or the stream's own while nobody has. A tag
 * without source has nothing to act upon and is never ahead.
 */
export function effectiveGeneration(
  tag: SpecTag,
  statusTag: NamedTagEventList | undefined,
  streamGeneration: number,
): number {
  const observed = statusTag?.observedSpec;
  if (tag.from === undefined) return observed?.generation ?? (observedGeneration(statusTag) || streamGeneration);
  return observed?.hash === specHash(tag) ? observed.generation : streamGeneration;
}

/** The generation that a tag's status answers to: of its newest item or its ImportSuccess condition; 0 without either. */
export function observedGeneration(statusTag: NamedTagEventList | undefined): number {
  const condition = statusTag?.conditions?.find(({ type }) => type === 'ImportSuccess');
  return Math.max(newestItem(statusTag)?.generation ?? 0, condition?.generation ?? 0);
}

/** True when the status does not answer to the spec tag yet: an import of it has neither succeeded nor failed. */
export function isPendingImport(
  tag: SpecTag,
  statusTag: NamedTagEventList | undefined,
  streamGeneration: number,
): boolean {
  return effectiveGeneration(tag, statusTag, streamGeneration) > observedGeneration(statusTag);
}

/**
 * `metadata.generation`. An object that never went through an API server has none; it counts as newly created, which is 1.
 */
export function streamGeneration(stream: ImageStream): number {
  return stream.metadata.generation ?? 1;
}

/** {@link effectiveGeneration} of a tag of this stream, looked up. */
export function generationOf(stream: ImageStream, tag: SpecTag): number {
  return effectiveGeneration(tag, findStatusTag(stream, tag.name), streamGeneration(stream));
}

import type { ImageStream, SpecTag } from '@tagstream/api-types';
import { parseImageReference } from '@tagstream/image-ref';
import { type BasedOn, basedOnItem } from './based-on.ts';
import { effectiveGeneration, isPendingImport, specHash, streamGeneration } from './spec-tag.ts';
import { findStatusTag, newestItem } from './status-tags.ts';
import { isImportable } from './tag-source.ts';
import { tagProblems } from './validate.ts';
import { wantedTag, wantedTags } from './wanted-tags.ts';

/** What made somebody look at a tag in a registry. */
export type ImportCause = 'spec' | 'schedule' | 'webhook' | 'request';

/** A registry is to be asked about a tag. All of it except the policies goes into the answer, to be compared on arrival. */
export interface ImportRequest {
  readonly tag: string;
  /** The reference to ask for, as written in the spec. */
  readonly from: string;
  readonly specHash: string;
  readonly specGeneration: number;
  readonly cause: ImportCause;
  /** Plain HTTP and unverified certificates are allowed. */
  readonly insecure: boolean;
  readonly importMode: 'Legacy' | 'PreserveOriginal';
  readonly scheduled: boolean;
  /** Architecture and OS to choose from a manifest list, where the tag's annotations name them. */
  readonly preferredPlatform: { readonly architecture?: string; readonly os?: string };
  /** Newest item of the tag when the request was made. */
  readonly basedOn: BasedOn | null;
}

const PREFER_ARCH = 'importer.image.openshift.io/prefer-arch';
const PREFER_OS = 'importer.image.openshift.io/prefer-os';

/**
 * The tags whose spec asks for an import that has neither succeeded nor failed yet, in the order of their names. Only
 * DockerImage tags without `reference: true` are imported; a tag with an invalid spec is left to validation.
 */
export function tagsToImport(stream: ImageStream): readonly ImportRequest[] {
  return importableTags(stream)
    .filter((tag) => isPendingImport(tag, findStatusTag(stream, tag.name), streamGeneration(stream)))
    .map((tag) => requestFor(stream, tag, 'spec'));
}

/**
 * The tags to ask for at every interval: importable ones with `importPolicy.scheduled`. A digest cannot move, so a digest
 * reference is asked for only until it was imported at its current generation.
 */
export function scheduledTags(stream: ImageStream): readonly ImportRequest[] {
  return importableTags(stream)
    .filter((tag) => tag.scheduled && !isSettledDigest(stream, tag))
    .map((tag) => requestFor(stream, tag, 'schedule'));
}

/** A request for one tag, whatever its state, or undefined when that tag is not one to import. */
export function importRequest(stream: ImageStream, tagName: string, cause: ImportCause): ImportRequest | undefined {
  const tag = wantedTag(stream, tagName);
  return tag !== undefined && isValidImport(stream, tag) ? requestFor(stream, tag, cause) : undefined;
}

/** The tags of a stream that a registry can be asked about, in the order of their names. */
export function importableTags(stream: ImageStream): readonly SpecTag[] {
  return wantedTags(stream).filter((tag) => isValidImport(stream, tag));
}

function isValidImport(stream: ImageStream, tag: SpecTag): boolean {
  return isImportable(tag) && tagProblems(stream, tag.name).length === 0;
}

function isSettledDigest(stream: ImageStream, tag: SpecTag): boolean {
  if (parseImageReference(tag.from?.name ?? '').digest === '') return false;
  const statusTag = findStatusTag(stream, tag.name);
  const imported = newestItem(statusTag)?.generation ?? 0;
  return imported >= effectiveGeneration(tag, statusTag, streamGeneration(stream));
}

function requestFor(stream: ImageStream, tag: SpecTag, cause: ImportCause): ImportRequest {
  const statusTag = findStatusTag(stream, tag.name);
  const architecture = tag.annotations[PREFER_ARCH];
  const os = tag.annotations[PREFER_OS];
  return {
    tag: tag.name,
    from: tag.from?.name ?? '',
    specHash: specHash(tag),
    specGeneration: effectiveGeneration(tag, statusTag, streamGeneration(stream)),
    cause,
    insecure: tag.insecure,
    importMode: tag.importMode,
    scheduled: tag.scheduled,
    preferredPlatform: { ...(architecture && { architecture }), ...(os && { os }) },
    basedOn: basedOnItem(newestItem(statusTag)),
  };
}

import { isDeepStrictEqual } from 'node:util';
import { type ImageStream, specTag } from '@tagstream/api-types';
import { findStatusTag, isPendingImport, newestItem } from '@tagstream/image-stream';

/** What became of an import that somebody asked for. */
export type ImportResult =
  /** The status answers to an earlier spec; an answer is certain to come. */
  | { readonly kind: 'pending' }
  /** The status says what it said before: an answer only comes when the registry says something else. */
  | { readonly kind: 'unchanged'; readonly reference: string; readonly image: string }
  | { readonly kind: 'imported'; readonly reference: string; readonly image: string }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Reads the result of an import from the stream as it is now.
 * @param before the stream as it was when the import was asked for
 */
export function importResult(before: ImageStream, now: ImageStream, tagName: string): ImportResult {
  const tag = specTag(now, tagName);
  const status = findStatusTag(now, tagName);
  if (tag !== undefined && isPendingImport(tag, status, now.metadata.generation ?? 1)) return { kind: 'pending' };
  const failure = status?.conditions?.find(({ type, status: value }) => type === 'ImportSuccess' && value === 'False');
  if (failure !== undefined) return { kind: 'failed', message: failure.message ?? failure.reason ?? 'no reason given' };
  const item = newestItem(status);
  if (item === undefined) return { kind: 'pending' };
  const { dockerImageReference: reference, image } = item;
  const kind = isDeepStrictEqual(findStatusTag(before, tagName), status) ? 'unchanged' : 'imported';
  return { kind, reference, image };
}

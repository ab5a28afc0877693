import { canonicalKey, ImageRefError, parseImageReference } from '@tagstream/image-ref';

/** A reference in normal form, by which pollers share out the tags; undefined for what is no reference. */
export function canonicalReference(from: string): string | undefined {
  try {
    return canonicalKey(parseImageReference(from));
  } catch (error) {
    if (error instanceof ImageRefError) return undefined;
    throw error;
  }
}

/** What a reference may be filed under: its normal form, and for what must not be imported the text as it is. */
export function canonicalKeys(from: string): string[] {
  return [...new Set([canonicalReference(from) ?? from, from])];
}

const NUMBER = /^(0|[1-9]\d*)$/;

/**
 * Whether `candidate` is a later version of an object than `known`. Kubernetes' versions are decimal numbers of any length
 * (KEP-5504); of versions that are not, only sameness can be told.
 */
export function isNewer(candidate: string, known: string): boolean {
  if (!NUMBER.test(candidate) || !NUMBER.test(known)) return candidate !== known;
  return candidate.length === known.length ? candidate > known : candidate.length > known.length;
}

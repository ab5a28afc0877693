import semver from 'semver';

/** OpenShift imports at most this many tags of a repository. */
export const DEFAULT_MAX_IMPORTED_TAGS = 50;

interface RankedTag {
  readonly tag: string;
  /** 0 `latest`, 1 minor version, 2 full version, 3 anything else. */
  readonly rank: number;
  readonly version: semver.SemVer | null;
}

/**
 * Orders the tags of a repository by how much they are wanted: `latest`; then minor versions (`1.2`, `v1.2-rc1`), newest
 * first; then full semantic versions, newest first; then the rest by name, where `3` belongs too. Of equal versions the
 * one without `v` comes first. An empty tag name means `latest`; duplicates are dropped.
 */
export function orderTags(tags: readonly string[]): readonly string[] {
  const names = new Set(tags.map((tag) => tag || 'latest'));
  return [...names]
    .map(rankTag)
    .sort(compareTags)
    .map(({ tag }) => tag);
}

/**
 * Chooses the tags of a repository to import.
 *
 * @param options.max how many tags; -1 is all of them
 * @param options.alreadyFetched tags that were fetched anyway; they are imported beyond `max`
 * @returns the tags to import and the ones only to be listed, both in import order
 */
export function selectTags(
  tags: readonly string[],
  options: { readonly max: number; readonly alreadyFetched?: readonly string[] },
): { readonly imported: readonly string[]; readonly additional: readonly string[] } {
  const ordered = orderTags(tags);
  const isImported = (tag: string, index: number) =>
    options.max < 0 || index < options.max || options.alreadyFetched?.includes(tag) === true;
  return {
    imported: ordered.filter(isImported),
    additional: ordered.filter((tag, index) => !isImported(tag, index)),
  };
}

function rankTag(tag: string): RankedTag {
  if (tag === 'latest') return { tag, rank: 0, version: null };
  const short = tag.replace(/^v/, '');
  const minor = /^(\d+\.\d+)(-\w+)?$/.exec(short);
  const text = minor ? `${minor[1]}.0${minor[2] ?? ''}` : short;
  // The library also takes " v1.2.3"; only a leading digit is a version here.
  const version = /^\d/.test(text) ? semver.parse(text) : null;
  return { tag, rank: version === null ? 3 : minor ? 1 : 2, version };
}

function compareTags(a: RankedTag, b: RankedTag): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  const byVersion = a.version && b.version ? semver.rcompare(a.version, b.version) : 0;
  if (byVersion !== 0) return byVersion;
  const byPrefix = a.version ? Number(a.tag.startsWith('v')) - Number(b.tag.startsWith('v')) : 0;
  return byPrefix || (a.tag < b.tag ? -1 : 1);
}

import type { NamedTagEventList } from '@tagstream/api-types';
import { newestItem } from './status-tags.ts';

/** As OpenShift does: a column wider than this would push the next ones off the screen. */
const MAX_SUMMARY_LENGTH = 40;

/** What `kubectl get` shows of the tags of a stream. */
export interface TagSummary {
  /** Names of the tags, the latest change first: `latest,1.2 + 3 more...`. */
  readonly tagSummary: string;
  /** `created` of the newest item of all; absent while there is none. */
  readonly lastUpdated?: string;
}

/**
 * Sums up the tags of a stream for printer columns, which cannot compute it: ordered by the newest item's `created`,
 * rounded to seconds, latest first, then by name; cut at about 40 characters.
 */
export function summarizeTags(tags: readonly NamedTagEventList[]): TagSummary {
  const dated = tags
    .flatMap((entry) => {
      const created = newestItem(entry)?.created;
      return created === undefined
        ? []
        : [{ name: entry.tag, created, second: Math.round(Date.parse(created) / 1000) }];
    })
    .sort((a, b) => b.second - a.second || (a.name < b.name ? -1 : 1));
  const last = dated.map(({ created }) => created).sort((a, b) => Date.parse(b) - Date.parse(a))[0];
  return { tagSummary: joinNames(dated.map(({ name }) => name)), ...(last !== undefined && { lastUpdated: last }) };
}

function joinNames(names: readonly string[]): string {
  let text = '';
  for (const [index, name] of names.entries()) {
    const longer = text === '' ? name : `${text},${name}`;
    if (index > 0 && longer.length > MAX_SUMMARY_LENGTH) return `${text} + ${names.length - index} more...`;
    text = longer;
  }
  return text;
}

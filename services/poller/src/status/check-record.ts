import { type CheckedTag, type CheckRecord, type CheckShard, checkId } from '@tagstream/events';
import type { RecordedCheck } from '../check-target.ts';

/** A message is cut to this; an ImportSuccess condition shows it whole. */
const MAX_MESSAGE_LENGTH = 200;

/** The tag that {@link checkId} named. */
function tagOf(id: string): CheckedTag {
  const [namespace = '', stream = '', tag = ''] = id.split('/');
  return { namespace, stream, tag };
}

/** The record of a check. */
export function recordOf(check: RecordedCheck, importNow: string): CheckRecord {
  const { atMs, intervalMs, retryAtMs, error } = check;
  return {
    c: atMs,
    ...(intervalMs !== undefined && { i: intervalMs }),
    ...(retryAtMs !== undefined && { r: retryAtMs }),
    ...(importNow !== '' && { n: importNow }),
    ...(error && { e: [atMs, error.reason, error.message.slice(0, MAX_MESSAGE_LENGTH)] as const }),
  };
}

/**
 * The answer to the import-now annotation that a check gives, undefined when it is known already.
 * @param known the answer before it, of any replica. The new one counts as later, whatever their clocks say.
 * @param importNow value of the annotation when the registry was asked, empty for none.
 */
export function answerAfter(known: CheckRecord | undefined, atMs: number, importNow: string): CheckRecord | undefined {
  if ((known?.n ?? '') === importNow) return undefined;
  return { c: Math.max(atMs, (known?.c ?? 0) + 1), ...(importNow !== '' && { n: importNow }) };
}

/**
 * What a shard is after new records: of each tag the later check counts, its failure is kept until there is a later one, and
 * tags that are gone are left out.
 */
export function mergeShard(before: CheckShard, fresh: CheckShard, hasTag: (tag: CheckedTag) => boolean): CheckShard {
  const merged: Record<string, CheckRecord> = {};
  for (const [id, record] of Object.entries(before)) if (hasTag(tagOf(id))) merged[id] = record;
  for (const [id, record] of Object.entries(fresh)) {
    const known = merged[id];
    if (hasTag(tagOf(id))) merged[id] = known === undefined ? record : mergeRecord(known, record);
  }
  return merged;
}

/** The later of two checks, with the later of their failures. */
export function mergeRecord(a: CheckRecord, b: CheckRecord): CheckRecord {
  const [older, newer] = a.c <= b.c ? [a, b] : [b, a];
  const failure = newer.e ?? older.e;
  return { ...newer, ...(failure && { e: failure }) };
}

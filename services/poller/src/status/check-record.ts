import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { RecordedCheck } from '../check-target.ts';
import type { TagView } from '../tag-view.ts';

/** What is kept of the last check of a tag, in few bytes: there are as many of these as there are tags. */
export interface CheckRecord {
  /** When the registry was asked last, in milliseconds since the epoch. */
  readonly c: number;
  /** When it is tried again because it failed. */
  readonly r?: number;
  /** Value of the import-now annotation that this or an earlier check answers. */
  readonly n?: string;
  /** The last failure: when, reason, message. It stays when a later check succeeds. */
  readonly e?: readonly [atMs: number, reason: string, message: string];
}

/** The records of a part of the tags, by {@link recordId}. */
export type Shard = Readonly<Record<string, CheckRecord>>;

const ShardValue = Compile(
  Type.Record(
    Type.String(),
    Type.Object({
      c: Type.Number(),
      r: Type.Optional(Type.Number()),
      n: Type.Optional(Type.String()),
      e: Type.Optional(Type.Tuple([Type.Number(), Type.String(), Type.String()])),
    }),
  ),
);

/**
 * Parts that the records are written in. A part has the tags whose turns are close together: then a write carries only what
 * has just been checked, and each record is written about once for each check. At 100,000 tags a part has 800 of them.
 */
export const SHARDS = 128;

/** A message is cut to this; an ImportSuccess condition shows it whole. */
const MAX_MESSAGE_LENGTH = 200;

/** The part that a tag's record is in. @param offset of its target, see `turnOffset`. */
export function shardOf(offset: number): number {
  return Math.floor(offset * SHARDS);
}

/** A tag by its names. */
export type RecordedTag = Pick<TagView, 'namespace' | 'stream' | 'tag'>;

/** Names a tag in a shard. No part of it can contain a slash. */
export function recordId({ namespace, stream, tag }: RecordedTag): string {
  return `${namespace}/${stream}/${tag}`;
}

function tagOf(id: string): RecordedTag {
  const [namespace = '', stream = '', tag = ''] = id.split('/');
  return { namespace, stream, tag };
}

/** The record of a check. */
export function recordOf(check: RecordedCheck, importNow: string): CheckRecord {
  const { atMs, retryAtMs, error } = check;
  return {
    c: atMs,
    ...(retryAtMs !== undefined && { r: retryAtMs }),
    ...(importNow !== '' && { n: importNow }),
    ...(error && { e: [atMs, error.reason, error.message.slice(0, MAX_MESSAGE_LENGTH)] as const }),
  };
}

/**
 * What a shard is after new records: of each tag the later check counts, its failure is kept until there is a later one, and
 * tags that are gone are left out.
 */
export function mergeShard(before: Shard, fresh: Shard, hasTag: (tag: RecordedTag) => boolean): Shard {
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

/** Reads a shard of the bucket; what is no shard counts as an empty one. */
export function readShard(value: unknown): Shard {
  return ShardValue.Check(value) ? value : {};
}

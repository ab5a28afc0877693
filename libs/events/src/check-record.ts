import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** The key-value bucket in which pollers keep what they know of the last check of every tag. */
export const CHECKS_BUCKET = 'checks';

/** What is kept of the last check of a tag, in few bytes: there are as many of these as there are tags. */
export interface CheckRecord {
  /** When the registry was asked last, in milliseconds since the epoch. */
  readonly c: number;
  /** Interval of the checks in milliseconds; absent for a tag without schedule. */
  readonly i?: number;
  /** When it is tried again because it failed. */
  readonly r?: number;
  /** Value of the import-now annotation that this or an earlier check answers. */
  readonly n?: string;
  /** The last failure: when, reason, message. It stays when a later check succeeds. */
  readonly e?: readonly [atMs: number, reason: string, message: string];
}

/** The records of a part of the tags, by {@link checkId}: the value of a key of the bucket. */
export type CheckShard = Readonly<Record<string, CheckRecord>>;

const ShardValue = Compile(
  Type.Record(
    Type.String(),
    Type.Object({
      c: Type.Number(),
      i: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
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
export const CHECK_SHARDS = 128;

/** The part that a tag's record is in. @param offset of its reference, see `turnOffset`. */
export function checkShard(offset: number): number {
  return Math.floor(offset * CHECK_SHARDS);
}

/** A tag by its names. */
export interface CheckedTag {
  readonly namespace: string;
  readonly stream: string;
  readonly tag: string;
}

/** Names a tag in a shard. No part of it can contain a slash. */
export function checkId({ namespace, stream, tag }: CheckedTag): string {
  return `${namespace}/${stream}/${tag}`;
}

/** Whose tags the records are: the pollers of all namespaces together, and those of a single one, have records of their own. */
export function checkScope(namespace: string | undefined): string {
  return namespace === undefined ? 'poller' : `poller-${namespace}`;
}

/** Key of a shard in the bucket. */
export function checkKey(scope: string, shard: number): string {
  return `${scope}.${shard}`;
}

/**
 * Key of the answers to import-now annotations in a part: a shard whose records have only `c` and `n`. They are apart from
 * the records, because every poller follows them and they are written only when somebody asks. A record without `n` says
 * that a check was made since the annotation was taken away.
 */
export function answersKey(scope: string, shard: number | '*'): string {
  return `${scope}.answers.${shard}`;
}

/** Reads a shard of the bucket; what is no shard counts as an empty one. */
export function readCheckShard(value: unknown): CheckShard {
  return ShardValue.Check(value) ? value : {};
}

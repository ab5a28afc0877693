import type { Bucket, Bus } from '@tagstream/bus';
import { BusError } from '@tagstream/bus';
import {
  answersKey,
  CHECKS_BUCKET,
  type CheckedTag,
  type CheckRecord,
  type CheckShard,
  checkId,
  checkKey,
  checkShard,
  readCheckShard,
} from '@tagstream/events';
import { backoffMs, type Clock } from '@tagstream/service';
import type { CheckRecorder } from '../check-target.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import type { TagView } from '../tag-view.ts';
import { answerAfter, mergeRecord, mergeShard, recordOf } from './check-record.ts';

export interface CheckRecordsOptions {
  /** Whose tags these are: one for each group of replicas that share out the same tags. */
  readonly scope: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether there is such a tag; the records of others are dropped. */
  readonly hasTag: (tag: CheckedTag) => boolean;
  readonly onTrouble: (error: unknown) => void;
}

/** The last checks of all tags, of all replicas, kept in a bucket. Disposal writes what is not written yet. */
export interface CheckRecords extends CheckRecorder, AsyncDisposable {
  /** Whether the check that the tag's stream asks for by annotation was made, by any replica. */
  isAnswered(tag: TagView): boolean;
  /** The last check of a tag, undefined when there was none. */
  read(
    tags: readonly { readonly tag: TagView; readonly offset: number }[],
  ): Promise<readonly (CheckRecord | undefined)[]>;
}

/**
 * Checks are gathered for so long before they are written. This bounds the writes to one for each key in this time,
 * whatever the number of tags and checks; what is lost when a process is killed is shown as older than it is.
 */
const WRITE_EVERY_MS = 10_000;

/** Shards written or read at the same time. */
const PARALLEL = 8;

/** Replicas that write the same shard at the same moment take turns; after so many tries it waits for the next time. */
const MAX_TRIES = 5;
const CONFLICT = { minMs: 5, maxMs: 100, factor: 3 };

/** Opens the bucket and learns from it which checks that were asked for by annotation have been made. */
export async function keepCheckRecords(bus: Pick<Bus, 'bucket'>, options: CheckRecordsOptions): Promise<CheckRecords> {
  const { scope, clock, hasTag } = options;
  const bucket: Bucket = await bus.bucket(CHECKS_BUCKET);
  const stop = new AbortController();
  /** What is not written yet, by key. */
  const fresh = new Map<string, Record<string, CheckRecord>>();
  /** The last answer to the annotation, for each tag that ever had one. */
  const answers = new Map<string, CheckRecord>();

  function add(key: string, id: string, record: CheckRecord): void {
    const records = fresh.get(key) ?? {};
    fresh.set(key, records);
    const known = records[id];
    records[id] = known === undefined ? record : mergeRecord(known, record);
  }

  const current = Promise.withResolvers<void>();
  const watch = bucket.watch({
    // Not the records themselves: they change with every check, and no replica needs those of the others.
    key: answersKey(scope, '*'),
    onChange(change) {
      if (change.kind === 'current') current.resolve();
      if (change.kind !== 'put') return;
      for (const [id, answer] of Object.entries(readCheckShard(change.value)))
        if (answer.c >= (answers.get(id)?.c ?? 0)) answers.set(id, answer);
    },
  });
  await Promise.race([current.promise, watch.closed]);

  async function write(key: string, records: CheckShard): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const entry = await bucket.get(key);
        const merged = mergeShard(readCheckShard(entry?.value), records, hasTag);
        return void (entry === undefined
          ? await bucket.create(key, merged)
          : await bucket.update(key, merged, entry.revision));
      } catch (error) {
        if (!(error instanceof BusError) || error.code !== 'conflict' || tries === MAX_TRIES) throw error;
        await clock.sleep(backoffMs(CONFLICT, tries, options.random()));
      }
    }
  }

  async function writeFresh(): Promise<void> {
    await forEachBounded([...fresh], PARALLEL, async ([key, records]) => {
      fresh.delete(key);
      try {
        await write(key, records);
      } catch (error) {
        // Once more next time, unless it was checked again since.
        fresh.set(key, { ...mergeShard(records, fresh.get(key) ?? {}, hasTag) });
        options.onTrouble(error);
      }
    });
  }

  async function keepWriting(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(WRITE_EVERY_MS, stop.signal).catch(() => undefined);
      await writeFresh();
    }
  }

  const writing = keepWriting();
  return {
    checked(tag, target, check) {
      const id = checkId(tag);
      const shard = checkShard(target.offset);
      add(checkKey(scope, shard), id, recordOf(check, tag.importNow));
      const answer = answerAfter(answers.get(id), check.atMs, tag.importNow);
      if (answer === undefined) return;
      answers.set(id, answer);
      add(answersKey(scope, shard), id, answer);
    },
    isAnswered: (tag) => answers.get(checkId(tag))?.n === tag.importNow,
    async read(tags) {
      const shards = new Map<number, CheckShard>();
      const wanted = [...new Set(tags.map(({ offset }) => checkShard(offset)))];
      await forEachBounded(wanted, PARALLEL, async (shard) => {
        const key = checkKey(scope, shard);
        const stored = readCheckShard((await bucket.get(key))?.value);
        shards.set(shard, mergeShard(stored, fresh.get(key) ?? {}, hasTag));
      });
      return tags.map(({ tag, offset }) => shards.get(checkShard(offset))?.[checkId(tag)]);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await writing;
      await watch[Symbol.asyncDispose]();
    },
  };
}

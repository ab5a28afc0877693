import { type Bucket, type Bus, BusError } from '@tagstream/bus';
import {
  CHECKS_BUCKET,
  type CheckRecord,
  checkId,
  checkKey,
  checkScope,
  checkShard,
  readCheckShard,
  turnOffset,
} from '@tagstream/events';
import type { TagAddress } from '@tagstream/image-stream';
import { canonicalKeys } from '../checks/reference.ts';

/** Shards read at the same time. */
const PARALLEL = 8;

/** A tag and the reference that it is imported from, as the spec says. */
export interface CheckedTag {
  readonly tag: TagAddress;
  readonly from: string;
}

/** The records of the last checks of tags, by `checkId`; tags that were never checked have none. @throws BusError */
export async function readChecks(
  bus: Pick<Bus, 'bucket'>,
  tags: readonly CheckedTag[],
): Promise<ReadonlyMap<string, CheckRecord>> {
  const records = new Map<string, CheckRecord>();
  const bucket = await existingBucket(bus);
  const wanted = new Set(tags.map(({ tag }) => checkId(tag)));
  // Where records are follows from the reference; a tag that a poller may not import is filed under what is written.
  const keys = new Set(
    tags.flatMap(({ tag, from }) =>
      [undefined, tag.namespace].flatMap((namespace) =>
        canonicalKeys(from).map((key) => checkKey(checkScope(namespace), checkShard(turnOffset(key)))),
      ),
    ),
  );
  for (const part of chunks([...keys])) {
    const shards = await Promise.all(part.map(async (key) => readCheckShard((await bucket?.get(key))?.value)));
    for (const [id, record] of shards.flatMap((shard) => Object.entries(shard))) {
      if (wanted.has(id) && record.c >= (records.get(id)?.c ?? 0)) records.set(id, record);
    }
  }
  return records;
}

/** Pollers make it; without, nothing was ever checked. */
async function existingBucket(bus: Pick<Bus, 'bucket'>): Promise<Bucket | undefined> {
  try {
    return await bus.bucket(CHECKS_BUCKET, { existing: true });
  } catch (error) {
    if (error instanceof BusError && error.code === 'no_stream') return undefined;
    throw error;
  }
}

function chunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / PARALLEL) }, (_, i) =>
    items.slice(i * PARALLEL, (i + 1) * PARALLEL),
  );
}

import type { Handler, Outcome } from '@tagstream/bus';
import type { EventData, TagUpdated } from '@tagstream/events';
import type { Clock } from '@tagstream/service';
import type { Telemetry } from '../telemetry.ts';
import type { UpdateResult } from './update-workload.ts';
import { tagId, type WorkloadKey } from './workload-view.ts';

export interface FollowTagDeps {
  readonly followers: (tag: string) => readonly WorkloadKey[];
  /** Brings one workload up to date; bounded by the caller over all tags together, which take turns. */
  readonly update: (key: WorkloadKey, tag: string) => Promise<UpdateResult>;
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Pick<Telemetry, 'delayed'>;
}

/** When to come back to workloads that others kept writing. */
const BUSY_RETRY_MS = 500;

/**
 * Brings every workload that follows a tag up to date. The message is a wake-up, never the value: what is written is what the stream says
 * when the workload is taken. Acknowledged when every workload has been dealt with.
 */
export function followTagHandler(deps: FollowTagDeps): Handler<EventData<typeof TagUpdated>> {
  return async ({ data }): Promise<Outcome> => {
    const tag = tagId(data);
    const results = await Promise.allSettled(deps.followers(tag).map((key) => deps.update(key, tag)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const patched = results.some((result) => result.status === 'fulfilled' && result.value === 'patched');
    if (patched && data.hint) {
      deps.telemetry.delayed((deps.clock.now() - Date.parse(data.hint.receivedAt)) / 1000);
    }
    const busy = results.some((result) => result.status === 'fulfilled' && result.value === 'busy');
    return busy
      ? { kind: 'retry', afterMs: BUSY_RETRY_MS, reason: 'a workload is being written by others' }
      : { kind: 'done' };
  };
}

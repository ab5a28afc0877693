import type { Handler, Outcome } from '@tagstream/bus';
import type { EventData, TagUpdated } from '@tagstream/events';
import type { Clock } from '@tagstream/service';
import type { Telemetry } from './telemetry.ts';
import { tagId } from './views.ts';
import type { WakeUps } from './wake-ups.ts';

export interface FollowTagDeps {
  /** Keys of the DeploymentConfigs that follow a tag. */
  readonly followers: (tag: string) => readonly string[];
  readonly wakeUps: WakeUps;
  /** Has a DeploymentConfig looked at. */
  readonly add: (key: string) => void;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/**
 * Has every DeploymentConfig that follows a tag looked at. The message is a wake-up, never the value: what is written is what
 * the stream says when the DeploymentConfig is taken. Acknowledged when the images are written wherever they are wanted; the
 * rollouts that follow need no message.
 */
export function followTagHandler(deps: FollowTagDeps): Handler<EventData<typeof TagUpdated>> {
  return async ({ data }): Promise<Outcome> => {
    const keys = deps.followers(tagId(data));
    const results = await Promise.allSettled(
      keys.map((key) => {
        const looked = deps.wakeUps.request(key);
        deps.add(key);
        return looked;
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (keys.length > 0 && data.hint) {
      deps.telemetry.delayed((deps.clock.now() - Date.parse(data.hint.receivedAt)) / 1000);
    }
    return { kind: 'done' };
  };
}

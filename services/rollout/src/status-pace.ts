import type { DeploymentConfigStatus } from '@tagstream/api-types';
import { tellsOfRolloutUnderWay } from '@tagstream/deployment';

/** Least time between two writes that differ in how far a rollout is: each is sent to everybody who watches. */
const MIN_HOLD_MS = 1000;

/**
 * What a rollout under way adds to that time for every other: with many at once these writes, which cost the API server
 * more than any other of ours, stay at 5 a second for each replica of this service, and leave it to the rollouts.
 */
const HOLD_MS_PER_ROLLOUT = 200;

/** Whoever looks at a rollout must see it move, however many there are. */
const MAX_HOLD_MS = 60_000;

/** Remembers when the status of each DeploymentConfig with a rollout under way was written, and says when it may be again. */
export class StatusPace {
  readonly #writtenMs = new Map<string, number>();

  /** @param nowMs milliseconds since the epoch */
  written(key: string, nowMs: number): void {
    this.#writtenMs.set(key, nowMs);
  }

  /** The status is in view, whoever wrote it: a rollout that has ended counts no more. */
  seen(key: string, status: DeploymentConfigStatus): void {
    if (!tellsOfRolloutUnderWay(status)) this.#writtenMs.delete(key);
  }

  /** The last write while a rollout is under way, and how long the next one may wait; undefined when nothing may. */
  lastWrite(key: string): { readonly atMs: number; readonly holdMs: number } | undefined {
    const atMs = this.#writtenMs.get(key);
    if (atMs === undefined) return undefined;
    const holdMs = Math.max(MIN_HOLD_MS, Math.min(this.#writtenMs.size * HOLD_MS_PER_ROLLOUT, MAX_HOLD_MS));
    return { atMs, holdMs };
  }

  /** The DeploymentConfig is gone. */
  forget(key: string): void {
    this.#writtenMs.delete(key);
  }
}

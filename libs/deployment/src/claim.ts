import type { ReplicationController } from '@tagstream/api-types';
import { own } from './annotations.ts';

/**
 * On whose behalf replicas may be changed: the rollout of a version, or the settled state after it.
 *
 * Kubernetes can make a write depend on one object only, while a change of replicas rests on several ReplicationControllers.
 * So, before anything is scaled on behalf of a driver, all that it rests on get the driver's mark. Marking changes their
 * resourceVersion: whoever still works for the driver before runs into a conflict at its next write.
 */
export interface Driver {
  readonly version: number;
  /** Which attempt at that version: a retried rollout is another driver. */
  readonly attempt: number;
  readonly mode: 'rollout' | 'settled';
}

/** How a ReplicationController stands to a driver: `newer` means that our view is older than what is being done to it. */
export type ClaimState = 'held' | 'needed' | 'newer';

/** Versions only grow, so a mark of a higher version is never taken over. */
export function claimOf(rc: ReplicationController, driver: Driver): ClaimState {
  const mark = rc.metadata.annotations?.[own.driver] ?? '';
  if (mark === markOf(driver)) return 'held';
  const version = Number.parseInt(mark, 10);
  return version > driver.version ? 'newer' : 'needed';
}

/** Annotation value that stands for a driver. */
export function markOf(driver: Driver): string {
  const attempt = driver.attempt > 1 ? `.${driver.attempt}` : '';
  return `${driver.version}${attempt}/${driver.mode}`;
}

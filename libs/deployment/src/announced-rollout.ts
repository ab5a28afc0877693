import type { DeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { attemptOf } from './attempt.ts';
import { announcedOf, type Emission } from './emissions.ts';
import { phaseOf } from './phase.ts';

/**
 * Whether the status of the DeploymentConfig records that all of a rollout was told. That saves a write to the
 * ReplicationController, which gets its own record with the next one: at the latest when the next rollout claims it, and only
 * at the end of that rollout is the record in the status replaced.
 */
export function isAnnounced(dc: DeploymentConfig, rc: ReplicationController): boolean {
  return phaseOf(rc) === 'Complete' && dc.status?.announcedRollout === idOf(rc);
}

/**
 * What the status is to record: the latest rollout, once it is complete and all of it was told. Undefined while that is not so, for
 * one that may still have its first pod ready, and for one whose ReplicationController has the record.
 * @param published milestones that were published and are not recorded with their ReplicationController
 */
export function announcedWithStatus(
  latest: ReplicationController | undefined,
  published: readonly Emission[],
): string | undefined {
  if (latest === undefined || phaseOf(latest) !== 'Complete') return undefined;
  const news = published.filter(({ rc }) => rc === latest).map(({ milestone }) => milestone);
  const all = [...news, ...(announcedOf(latest) ?? [])];
  return news.length > 0 && all.includes('first-pod-ready') ? idOf(latest) : undefined;
}

/** By its uid: one that was deleted and made anew is another rollout of the same version. */
function idOf(rc: ReplicationController): string {
  return `${rc.metadata.uid ?? ''}/${attemptOf(rc)}`;
}

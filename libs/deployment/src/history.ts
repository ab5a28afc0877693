import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { activeOf, latestVersionOf, versionOf } from './versions.ts';

/**
 * The ReplicationControllers to delete now, oldest first. OpenShift: candidates are those older than the active one, or,
 * with none active, all but the latest; as many of the oldest go as there are above `revisionHistoryLimit` (none when it is
 * not set); one that still has replicas stays but counts.
 */
export function expiredHistory(
  dc: NormalDeploymentConfig,
  rcs: readonly ReplicationController[],
): ReplicationController[] {
  const limit = dc.spec.revisionHistoryLimit;
  if (limit === null) return [];
  const active = activeOf(rcs);
  const candidates = rcs
    .filter((rc) => (active ? versionOf(rc) < versionOf(active) : versionOf(rc) !== latestVersionOf(dc)))
    .toSorted((a, b) => versionOf(a) - versionOf(b));
  return candidates
    .slice(0, Math.max(0, candidates.length - limit))
    .filter((rc) => (rc.spec.replicas ?? 0) === 0 && rc.metadata.deletionTimestamp === undefined);
}

import type { ReplicationController } from '@tagstream/api-types';
import { openshift } from '../annotations.ts';
import { versionOf } from '../versions.ts';

/** A rollout as `oc rollout history` lists it. */
export interface RolloutHistoryRow {
  readonly revision: number;
  /** Phase as it is recorded, empty when none is. */
  readonly status: string;
  readonly cause: string;
}

/** The rollouts of a DeploymentConfig, oldest first. */
export function rolloutHistory(rcs: readonly ReplicationController[]): RolloutHistoryRow[] {
  return rcs
    .map((rc) => ({
      revision: versionOf(rc),
      status: rc.metadata.annotations?.[openshift.phase] ?? '',
      cause: rc.metadata.annotations?.[openshift.statusReason] || '<unknown>',
    }))
    .toSorted((a, b) => a.revision - b.revision);
}

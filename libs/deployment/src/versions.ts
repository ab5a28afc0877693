import type { DeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { openshift } from './annotations.ts';
import { replicationControllerName } from './name.ts';
import { phaseOf } from './phase.ts';

/** Version that a ReplicationController belongs to; -1 when its annotation is missing or no number. */
export function versionOf(rc: ReplicationController): number {
  const text = rc.metadata.annotations?.[openshift.configVersion];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : -1;
}

/** Version of the newest rollout asked for; 0 before the first. */
export function latestVersionOf(dc: DeploymentConfig): number {
  return dc.status?.latestVersion ?? 0;
}

/** The ReplicationController of the newest rollout asked for, by its deterministic name. */
export function latestOf(
  dc: DeploymentConfig,
  rcs: readonly ReplicationController[],
): ReplicationController | undefined {
  const name = replicationControllerName(dc.metadata.name, latestVersionOf(dc));
  return rcs.find((rc) => rc.metadata.name === name);
}

/** The active ReplicationController: of those that are complete, the one with the highest version. */
export function activeOf(rcs: readonly ReplicationController[]): ReplicationController | undefined {
  return byVersionDescending(rcs).find((rc) => phaseOf(rc) === 'Complete');
}

/** Newest first. */
export function byVersionDescending(rcs: readonly ReplicationController[]): ReplicationController[] {
  return rcs.toSorted((a, b) => versionOf(b) - versionOf(a));
}

import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { phaseOf } from '../phase.ts';
import { byVersionDescending, latestVersionOf, versionOf } from '../versions.ts';
import { type Refusal, refused } from './refusal.ts';

/** What `oc rollback` goes back to. */
export type RollbackTarget =
  | { readonly kind: 'target'; readonly rc: ReplicationController; readonly version: number }
  | Refusal;

/**
 * The version that `oc rollback NAME` means: the one asked for, else the newest complete one before the latest. OpenShift's
 * server then goes back to the version just before the latest, complete or not, when none was asked for; here what is chosen
 * and named is what is gone back to.
 *
 * @param toVersion 0: to be chosen
 */
export function rollbackTarget(
  dc: NormalDeploymentConfig,
  rcs: readonly ReplicationController[],
  toVersion: number,
): RollbackTarget {
  if (dc.spec.paused) return refused('paused', 'cannot rollback a paused deployment config');
  const rc = byVersionDescending(rcs).find((candidate) =>
    toVersion > 0
      ? versionOf(candidate) === toVersion
      : versionOf(candidate) < latestVersionOf(dc) && phaseOf(candidate) === 'Complete',
  );
  if (rc === undefined) return refused('no_version', "couldn't find deployment for rollback");
  return { kind: 'target', rc, version: versionOf(rc) };
}

import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { openshift } from '../annotations.ts';
import { phaseOf } from '../phase.ts';
import { latestVersionOf } from '../versions.ts';
import { type Refusal, refused } from './refusal.ts';

/** A failed rollout to be tried again. */
export interface Retry {
  readonly kind: 'retry';
  readonly rc: ReplicationController;
  readonly version: number;
  /** To be merged into those of the ReplicationController; null removes. */
  readonly annotations: Readonly<Record<string, string | null>>;
}

/**
 * `oc rollout retry`: sends the latest rollout back to phase New, if it has failed. It can run again because the replicas to
 * reach are still recorded; what it left behind in pods of the deployer and of hooks is deleted before.
 *
 * @param latest the ReplicationController of the latest version, if it is there
 */
export function retry(dc: NormalDeploymentConfig, latest: ReplicationController | undefined): Retry | Refusal {
  const { name } = dc.metadata;
  const version = latestVersionOf(dc);
  if (dc.spec.paused) return refused('paused', `unable to retry paused deployment config "${name}"`);
  if (version === 0) return refused('not_deployed', `no rollouts found for "${name}"`);
  const startNew = `You can start a new rollout with 'tagstream rollout latest dc/${name}'.`;
  if (latest === undefined) {
    return refused('no_version', `unable to find the latest rollout (#${version}).\n${startNew}`);
  }
  const phase = phaseOf(latest);
  if (phase !== 'Failed') {
    const cancel = `Optionally, you can cancel this deployment with 'tagstream rollout cancel dc/${name}'.`;
    const message = `rollout #${version} is ${phase.toLowerCase()}; only failed deployments can be retried.`;
    return refused('wrong_phase', `${message}\n${phase === 'Complete' ? startNew : cancel}`);
  }
  return {
    kind: 'retry',
    rc: latest,
    version,
    annotations: { [openshift.phase]: 'New', [openshift.statusReason]: null, [openshift.cancelled]: null },
  };
}

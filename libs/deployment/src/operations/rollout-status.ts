import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { imageTriggersOf } from '../image-triggers.ts';
import { latestVersionOf } from '../versions.ts';

/** What `oc rollout status` says about a DeploymentConfig; it waits on while that is `waiting`. */
export interface RolloutStatus {
  readonly kind: 'waiting' | 'done' | 'failed';
  readonly message: string;
}

/**
 * Where the latest rollout stands, from the DeploymentConfig alone. OpenShift: the condition Progressing counts once the
 * controller has seen the present generation; then the counters tell.
 *
 * @param revision version that is meant; 0 is whichever is the latest
 */
export function rolloutStatus(dc: NormalDeploymentConfig, revision: number): RolloutStatus {
  const { name } = dc.metadata;
  const latest = latestVersionOf(dc);
  if (latest === 0 && imageTriggersOf(dc).length > 0) {
    return waiting(`Deployment config "${name}" waiting on image update`);
  }
  if (latest === 0 && dc.spec.triggers.length === 0) {
    return failed(`Deployment config "${name}" waiting on manual update (use 'tagstream rollout latest ${name}')`);
  }
  if (revision > 0 && revision !== latest) {
    return failed(`desired revision (${revision}) is different from the running revision (${latest})`);
  }
  const { generation = 0 } = dc.metadata;
  if (generation > (dc.status?.observedGeneration ?? 0)) {
    return waiting('Waiting for latest deployment config spec to be observed by the controller loop...');
  }
  return ofCondition(dc) ?? ofCounters(dc);
}

function ofCondition(dc: NormalDeploymentConfig): RolloutStatus | undefined {
  const condition = dc.status?.conditions?.find(({ type }) => type === 'Progressing');
  const message = condition?.message ?? '';
  switch (condition?.reason) {
    case 'NewReplicationControllerAvailable':
      return { kind: 'done', message };
    case 'ProgressDeadlineExceeded':
    case 'RolloutCancelled':
      return failed(message);
    case 'DeploymentConfigPaused':
      return failed(
        `Deployment config "${dc.metadata.name}" is paused. Resume to continue watching the status of the rollout.`,
      );
    default:
      return undefined;
  }
}

function ofCounters({ spec, status }: NormalDeploymentConfig): RolloutStatus {
  const { updatedReplicas: updated = 0, replicas = 0, availableReplicas: available = 0 } = status ?? {};
  const doing = 'Waiting for rollout to finish:';
  if (updated < spec.replicas) {
    return waiting(`${doing} ${updated} out of ${spec.replicas} new replicas have been updated...`);
  }
  if (replicas > updated) return waiting(`${doing} ${replicas - updated} old replicas are pending termination...`);
  if (available < updated) return waiting(`${doing} ${available} of ${updated} updated replicas are available...`);
  return waiting('Waiting for latest deployment config spec to be observed by the controller loop...');
}

function waiting(message: string): RolloutStatus {
  return { kind: 'waiting', message };
}

function failed(message: string): RolloutStatus {
  return { kind: 'failed', message };
}

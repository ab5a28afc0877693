import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { imageTriggersOf } from '../image-triggers.ts';
import { replicationControllerName } from '../name.ts';
import { latestVersionOf } from '../versions.ts';

/** What `oc rollout status` says about a DeploymentConfig; it waits on while that is `waiting`. */
export interface RolloutStatus {
  readonly kind: 'waiting' | 'done' | 'failed';
  readonly message: string;
}

const NOT_OBSERVED = 'Waiting for latest deployment config spec to be observed by the controller loop...';

/** Reasons of the condition Progressing at the end of a rollout. */
const ENDS: Readonly<Record<string, 'done' | 'failed'>> = {
  NewReplicationControllerAvailable: 'done',
  ProgressDeadlineExceeded: 'failed',
  RolloutCancelled: 'failed',
};

/**
 * Where the latest rollout stands, from the DeploymentConfig alone. OpenShift: the condition Progressing counts once the
 * controller has seen the present generation; then the counters tell. Here a version that is asked for does not change the
 * generation, since that of a custom resource counts changes of its spec only; so the end of a rollout counts when it is
 * that of the latest version, whose ReplicationController every such message names.
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
    return waiting(NOT_OBSERVED);
  }
  return endOf(dc) ?? ofCounters(dc);
}

/** The end of the latest rollout; undefined while it has none. */
function endOf(dc: NormalDeploymentConfig): RolloutStatus | undefined {
  const { name } = dc.metadata;
  const { reason, message = '' } = dc.status?.conditions?.find(({ type }) => type === 'Progressing') ?? {};
  if (reason === 'DeploymentConfigPaused') {
    return failed(`Deployment config "${name}" is paused. Resume to continue watching the status of the rollout.`);
  }
  const end = reason === undefined ? undefined : ENDS[reason];
  if (end === undefined) return undefined;
  const isLatest = message.includes(`"${replicationControllerName(name, latestVersionOf(dc))}"`);
  return isLatest ? { kind: end, message } : waiting(NOT_OBSERVED);
}

function ofCounters({ spec, status }: NormalDeploymentConfig): RolloutStatus {
  const { updatedReplicas: updated = 0, replicas = 0, availableReplicas: available = 0 } = status ?? {};
  const doing = 'Waiting for rollout to finish:';
  if (updated < spec.replicas) {
    return waiting(`${doing} ${updated} out of ${spec.replicas} new replicas have been updated...`);
  }
  if (replicas > updated) return waiting(`${doing} ${replicas - updated} old replicas are pending termination...`);
  if (available < updated) return waiting(`${doing} ${available} of ${updated} updated replicas are available...`);
  return waiting(NOT_OBSERVED);
}

function waiting(message: string): RolloutStatus {
  return { kind: 'waiting', message };
}

function failed(message: string): RolloutStatus {
  return { kind: 'failed', message };
}

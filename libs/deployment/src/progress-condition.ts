import type { DeploymentCondition, DeploymentConfigStatus, ReplicationController } from '@tagstream/api-types';
import { withCondition, withFreshCondition } from './conditions.ts';
import { deployerPodName } from './name.ts';
import { isCancelled, phaseOf } from './phase.ts';
import { versionOf } from './versions.ts';

interface Progress {
  /** The ReplicationController of the latest version. */
  readonly latest: ReplicationController;
  /** The status before. */
  readonly stored: DeploymentConfigStatus;
  /** The counters now. */
  readonly counters: { readonly replicas: number; readonly updatedReplicas: number };
  readonly now: string;
}

/**
 * The conditions with `Progressing` as the latest version's phase wants it. OpenShift's reasons and messages, which
 * `oc rollout status` ends on. While a rollout moves, the time of the transition is that of its last progress.
 */
export function progressCondition(
  conditions: readonly DeploymentCondition[],
  { latest, stored, counters, now }: Progress,
): DeploymentCondition[] {
  const title = `replication controller "${latest.metadata.name}"`;
  const say = (status: 'True' | 'False' | 'Unknown', reason: string, message: string) => ({
    type: 'Progressing',
    status,
    message,
    ...(reason === '' ? {} : { reason }),
  });
  switch (phaseOf(latest)) {
    case 'Complete':
      return withCondition(
        conditions,
        say('True', 'NewReplicationControllerAvailable', `${title} successfully rolled out`),
        now,
      );
    case 'Failed':
      return withCondition(
        conditions,
        isCancelled(latest)
          ? say('False', 'RolloutCancelled', `rollout of ${title} was cancelled`)
          : say('False', 'ProgressDeadlineExceeded', `${title} has failed progressing`),
        now,
      );
    case 'Pending':
      return withCondition(
        conditions,
        say('Unknown', '', `${title} is waiting for pod "${deployerPodName(latest.metadata.name)}" to run`),
        now,
      );
    case 'New':
    case 'Running': {
      if (moved(stored, counters) && phaseOf(latest) === 'Running' && isAbout(conditions, title)) {
        return withFreshCondition(
          conditions,
          say('True', 'ReplicationControllerUpdated', `${title} is progressing`),
          now,
        );
      }
      if (isAbout(conditions, title)) return [...conditions];
      const message = `Created new ${title} for version ${versionOf(latest)}`;
      return withFreshCondition(conditions, say('True', 'NewReplicationControllerCreated', message), now);
    }
  }
}

/**
 * The conditions once a version has been asked for. OpenShift leaves them, and the generation, which counts versions there, tells
 * that they are of the version before. The generation of a custom resource counts changes of its spec only: without this, whoever
 * waits for the end of the rollout would take the end of the one before for it.
 */
export function withVersionAskedFor(
  conditions: readonly DeploymentCondition[],
  version: number,
  now: string,
): DeploymentCondition[] {
  const message = `version ${version} has been asked for`;
  return withFreshCondition(conditions, { type: 'Progressing', status: 'Unknown', message }, now);
}

/** Whether the condition says that a rollout has been asked for or is under way, and not how one ended. */
export function isUnderWay({ type, status, reason = '' }: DeploymentCondition): boolean {
  if (type !== 'Progressing') return false;
  return UNDER_WAY.includes(reason) || (status === 'Unknown' && reason === '');
}

const UNDER_WAY = ['NewReplicationControllerCreated', 'ReplicationControllerUpdated'];

/** Whether the condition already speaks of this rollout's way, and not of an earlier one or of its last end. */
function isAbout(conditions: readonly DeploymentCondition[], title: string): boolean {
  const current = conditions.find((condition) => condition.type === 'Progressing');
  return UNDER_WAY.includes(current?.reason ?? '') && (current?.message ?? '').includes(title);
}

/** OpenShift: there is progress when the new pods became more or the old ones fewer. */
function moved(stored: DeploymentConfigStatus, counters: Progress['counters']): boolean {
  const updated = stored.updatedReplicas ?? 0;
  const old = (stored.replicas ?? 0) - updated;
  return counters.updatedReplicas > updated || counters.replicas - counters.updatedReplicas < old;
}

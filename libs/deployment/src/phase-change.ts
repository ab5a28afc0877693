import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { ChangeRc, EventNote } from './action.ts';
import { openshift, own } from './annotations.ts';
import { isCancelled } from './phase.ts';

/**
 * The write by which a rollout succeeds. OpenShift: the replicas reached take the place of those desired; a test
 * configuration goes to zero in the same write.
 */
export function completion(
  rc: ReplicationController,
  config: NormalDeploymentConfig,
  desired: number,
  now: string,
): ChangeRc {
  return {
    kind: 'change-rc',
    why: 'phase',
    rc,
    annotations: {
      [openshift.phase]: 'Complete',
      [openshift.reachedReplicas]: String(desired),
      [openshift.desiredReplicas]: null,
      [openshift.updateSourceId]: null,
      [own.phaseSince]: now,
    },
    ...testReplicas(config),
  };
}

/**
 * The write by which a rollout fails. The replicas stay as they are: bringing the last good version back comes after.
 * @param reason what everybody is told; a cancelled rollout keeps the reason that came with the cancellation
 * @param restsOn other ReplicationControllers whose standing still made it fail
 */
export function failure(
  rc: ReplicationController,
  options: {
    readonly config: NormalDeploymentConfig | undefined;
    readonly reason: string;
    readonly now: string;
    readonly restsOn?: readonly ReplicationController[];
    /** Told in place of the usual event. */
    readonly note?: EventNote;
  },
): ChangeRc {
  const { config, reason, now, restsOn = [], note = failedNote(rc, reason) } = options;
  const cancelled = isCancelled(rc);
  return {
    kind: 'change-rc',
    why: 'phase',
    rc,
    annotations: {
      [openshift.phase]: 'Failed',
      [own.phaseSince]: now,
      ...(cancelled ? {} : { [openshift.statusReason]: reason }),
    },
    ...(config ? testReplicas(config) : {}),
    events: [cancelled ? cancelledNote(rc) : note],
    restsOn,
  };
}

function testReplicas(config: NormalDeploymentConfig): { replicas?: number } {
  return config.spec.test ? { replicas: 0 } : {};
}

function cancelledNote(rc: ReplicationController): EventNote {
  return { type: 'Normal', reason: 'RolloutCancelled', message: `Rollout for "${titleOf(rc)}" cancelled` };
}

function failedNote(rc: ReplicationController, reason: string): EventNote {
  return { type: 'Warning', reason: 'RolloutFailed', message: `Rollout for "${titleOf(rc)}" failed: ${reason}` };
}

/** `namespace/name`, as OpenShift's messages name a ReplicationController. */
export function titleOf(rc: ReplicationController): string {
  return `${rc.metadata.namespace ?? ''}/${rc.metadata.name}`;
}

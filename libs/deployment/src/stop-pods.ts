import type { ReplicationController } from '@tagstream/api-types';
import type { Action } from './action.ts';
import { own } from './annotations.ts';
import { attemptOf, podAttempt } from './attempt.ts';
import { hasPassed, hookRecordOf } from './hook-record.ts';
import { HOOK_MOMENTS } from './hooks.ts';
import { deployerPodName, hookPodName } from './name.ts';
import type { View } from './observed.ts';
import { isCancelled, phaseOf } from './phase.ts';
import { hasEnded, isLeaving, type RolloutPod } from './rollout-pod.ts';
import { podsOf, seenPod } from './seen-pod.ts';

/** A pod that is told to end normally does within seconds; on a node that is lost it never does, and nobody may wait for it. */
const LEAVE_TIMEOUT_MS = 120_000;

/**
 * Takes the pods of a cancelled rollout away, those of which our view knows nothing yet included, and waits until they have
 * ended: the next version must not find a hook of this one still at work. OpenShift deletes ended ones too. Undefined when
 * nothing is left.
 */
export function stopPods(view: View, rc: ReplicationController, custom: boolean): Action | undefined {
  const names = HOOK_MOMENTS.filter((moment) => isOpen(rc, moment)).map((moment) =>
    hookPodName(rc.metadata.name, moment),
  );
  if (custom) names.push(deployerPodName(rc.metadata.name));
  const unknown = names.find((name) => seenPod(view, name) === undefined);
  if (unknown) return { kind: 'read-pod', rc, name: unknown };

  const pods = madeSoFar(view, rc);
  const staying = pods.find((pod) => !isLeaving(pod));
  if (staying) return { kind: 'delete-pod', pod: staying };
  for (const { metadata, ...pod } of pods) {
    const againAfterMs = Date.parse(metadata.deletionTimestamp ?? '') + LEAVE_TIMEOUT_MS - view.nowMs;
    if (!hasEnded({ metadata, ...pod }) && againAfterMs > 0) {
      return { kind: 'wait', reason: `pod ${metadata.name} of the cancelled rollout is going`, againAfterMs };
    }
  }
  return undefined;
}

/**
 * Takes away what a failed rollout left behind. OpenShift: all pods if it was cancelled. Beyond OpenShift: also a hook that
 * still runs although the rollout has failed meanwhile, since nobody waits for it any more.
 */
export function sweepPods(view: View): Action | undefined {
  for (const rc of view.owned) {
    if (phaseOf(rc) !== 'Failed') continue;
    const pod = madeSoFar(view, rc).find((candidate) => {
      if (isLeaving(candidate)) return false;
      return isCancelled(rc) || (!hasEnded(candidate) && candidate.metadata.annotations?.[own.attempt] !== undefined);
    });
    if (pod) return { kind: 'delete-pod', pod };
  }
  return undefined;
}

/** Pods of attempts that our view of the ReplicationController knows of: others belong to a rollout that was retried since. */
function madeSoFar(view: View, rc: ReplicationController): RolloutPod[] {
  return podsOf(view, rc).filter((pod) => podAttempt(pod) <= attemptOf(rc));
}

/** Whether a hook's pod may be there without our having seen it. */
function isOpen(rc: ReplicationController, moment: (typeof HOOK_MOMENTS)[number]): boolean {
  const record = hookRecordOf(rc, moment);
  return record !== undefined && !hasPassed(record);
}

import type { Action } from './action.ts';
import { attemptOf, podAttempt } from './attempt.ts';
import { type HookRun, hookCompleted, hookFailed, hookRunning } from './hook-notes.ts';
import { hookPod } from './hook-pod.ts';
import { hookRecordOf } from './hook-record.ts';
import { hookPodName } from './name.ts';
import type { View } from './observed.ts';
import { failureOf, isLeaving, isLeftOver, isPodOf, type RolloutPod } from './rollout-pod.ts';
import { seenPod } from './seen-pod.ts';

/** How long to wait for our own view to catch up with what has been done. The watch normally does it at once. */
const CATCH_UP_MS = 1000;

/**
 * The next thing to do for an `execNewPod` hook that has started. Its pod's name is deterministic, so that it is made once
 * whoever makes it. OpenShift: a pod that is there already is taken up; one that is deleted before it ended is a failure.
 * @param leftMs what is left of the rollout's time
 */
export function execHookAction(view: View, run: HookRun, leftMs: number): Action {
  const { rc, moment } = run;
  const name = hookPodName(rc.metadata.name, moment);
  const pod = seenPod(view, name);
  if (pod) return follow(run, pod, leftMs);
  if (hookRecordOf(rc, moment)?.state !== 'running') return create(run, leftMs);
  // Our view of pods may be older than that of the ReplicationController.
  if (pod === undefined) return { kind: 'read-pod', rc, name };
  return hookFailed(run, `hook pod ${name} was deleted`);
}

function create(run: HookRun, leftMs: number): Action {
  const { rc, config, moment, hook } = run;
  const activeDeadlineSeconds = Math.max(1, Math.ceil(leftMs / 1000));
  const pod = hookPod(config, rc, hook, { moment, attempt: attemptOf(rc), activeDeadlineSeconds });
  if (!pod) return hookFailed(run, `no container named '${hook.execNewPod?.containerName}' found in rc template`);
  const otherwise = ({ message }: { readonly message: string }) => hookFailed(run, message);
  return { kind: 'create-pod', rc, pod, restsOn: [rc], otherwise };
}

function follow(run: HookRun, pod: RolloutPod, leftMs: number): Action {
  const { rc, moment } = run;
  const { name } = pod.metadata;
  const attempt = attemptOf(rc);
  if (!isPodOf(pod, rc)) return hookFailed(run, `pod ${name} exists and does not belong to ${rc.metadata.name}`);
  if (isLeftOver(pod, attempt)) {
    const reason = `pod ${name} of an earlier attempt is going`;
    return isLeaving(pod) ? { kind: 'wait', reason, againAfterMs: CATCH_UP_MS } : { kind: 'delete-pod', pod };
  }
  if (podAttempt(pod) > attempt) {
    return { kind: 'wait', reason: 'a later attempt was seen; waiting for its events', againAfterMs: CATCH_UP_MS };
  }
  switch (pod.status?.phase) {
    case 'Succeeded':
      return hookCompleted(run);
    case 'Failed':
      return hookFailed(run, `hook pod ${name} failed: ${failureOf(pod)}`);
    default:
      if (hookRecordOf(rc, moment)?.state !== 'running') return hookRunning(run);
      return { kind: 'wait', reason: `hook pod ${name} runs`, againAfterMs: leftMs };
  }
}

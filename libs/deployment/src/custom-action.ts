import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { Action, ChangeRc, EventNote, WriteRefusal } from './action.ts';
import { openshift, own } from './annotations.ts';
import { attemptAnnotations, attemptOf, podAttempt } from './attempt.ts';
import { deployerPod } from './deployer-pod.ts';
import { deployerPodName } from './name.ts';
import { newPhaseTimeout } from './new-phase.ts';
import type { View } from './observed.ts';
import { canEnter, isCancelled, type Phase, phaseOf } from './phase.ts';
import { completion, failure } from './phase-change.ts';
import { failureOf, isLeaving, isLeftOver, isPodOf, type RolloutPod } from './rollout-pod.ts';
import { seenPod } from './seen-pod.ts';

/** How long to wait for our own view to catch up with what has been done. The watch normally does it at once. */
const CATCH_UP_MS = 1000;

/** A Custom rollout under way. */
interface CustomRun {
  readonly rc: ReplicationController;
  readonly config: NormalDeploymentConfig;
  readonly desired: number;
}

/**
 * The next thing to do for a Custom rollout: make the user's pod, which scales and decides, and follow it. OpenShift: the phase
 * of the ReplicationController is that of the pod; what the pod left behind when it ended is settled afterwards.
 */
export function customAction(view: View, run: CustomRun): Action {
  const { rc, config } = run;
  const name = deployerPodName(rc.metadata.name);
  const pod = seenPod(view, name);
  if (phaseOf(rc) === 'New') return newPhaseTimeout(view, rc, config) ?? takeUp(view, run, name, pod ?? undefined);
  if (pod === undefined) return { kind: 'read-pod', rc, name };
  if (pod && isPodOf(pod, rc)) return followPod(view, run, pod) ?? { kind: 'wait', reason: `pod ${name} runs` };
  const note = warning('Failed', `Deployer pod "${name}" has gone missing`);
  return failure(rc, { config, reason: 'deployer pod no longer exists', now: view.now, note });
}

/** The write that the deployer pod's state asks for; undefined when the phase is already the pod's. */
export function followPod(view: View, { rc, config, desired }: CustomRun, pod: RolloutPod): ChangeRc | undefined {
  const next = podAttempt(pod) === attemptOf(rc) ? phaseFrom(pod) : undefined;
  if (next === undefined || !canEnter(phaseOf(rc), next)) return undefined;
  const leavesNew = phaseOf(rc) === 'New';
  const annotations = { ...podAnnotations(pod, next, view.now), ...(leavesNew ? attemptAnnotations(rc) : {}) };
  const merged = (change: ChangeRc): ChangeRc => ({
    ...change,
    annotations: { ...change.annotations, ...annotations },
  });
  if (next === 'Complete') {
    const change = merged(completion(rc, config, desired, view.now));
    return isCancelled(rc) ? { ...change, events: [SUCCEEDED_ANYWAY] } : change;
  }
  if (next === 'Failed') {
    const reason = `deployer pod ${pod.metadata.name} failed: ${failureOf(pod)}`;
    return merged(failure(rc, { config, reason, now: view.now }));
  }
  return entering(rc, next, annotations, view.now);
}

/** The write by which a Custom rollout leaves phase New for Pending or Running. */
export function entering(
  rc: ReplicationController,
  phase: Phase,
  annotations: ChangeRc['annotations'],
  now: string,
): ChangeRc {
  return {
    kind: 'change-rc',
    why: 'phase',
    rc,
    annotations: {
      ...annotations,
      [openshift.phase]: phase,
      [own.phaseSince]: now,
      ...attemptAnnotations(rc),
    },
  };
}

/** From phase New: makes the pod, or takes up the one that is there. */
function takeUp(view: View, run: CustomRun, name: string, pod: RolloutPod | undefined): Action {
  const { rc, config } = run;
  const attempt = attemptOf(rc);
  const unrelated = failure(rc, {
    config,
    reason: 'unrelated pod with the same name as this deployment is already running',
    now: view.now,
    note: warning('FailedCreate', `Error creating deployer pod: ${name} exists and belongs to something else`),
  });
  if (pod === undefined) {
    const image = config.spec.strategy.customParams?.image ?? '';
    if (image === '') return failure(rc, { config, reason: 'customParams.image is not set', now: view.now });
    return {
      kind: 'create-pod',
      rc,
      pod: deployerPod(config, rc, { image, attempt }),
      restsOn: [rc],
      onRefusal: { reason: 'FailedCreate', message: 'Error creating deployer pod' },
      otherwise: ({ kind }: WriteRefusal) => (kind === 'foreign' ? unrelated : undefined),
    };
  }
  if (!isPodOf(pod, rc)) return unrelated;
  if (isLeftOver(pod, attempt)) {
    const reason = `pod ${name} of an earlier attempt is going`;
    return isLeaving(pod) ? { kind: 'wait', reason, againAfterMs: CATCH_UP_MS } : { kind: 'delete-pod', pod };
  }
  if (podAttempt(pod) > attempt) {
    return { kind: 'wait', reason: 'a later attempt was seen; waiting for its events', againAfterMs: CATCH_UP_MS };
  }
  return followPod(view, run, pod) ?? entering(rc, 'Pending', podAnnotations(pod, 'Pending', view.now), view.now);
}

/** OpenShift: anything else than these, such as a lost node's Unknown, changes nothing. */
function phaseFrom({ status }: RolloutPod): Phase | undefined {
  switch (status?.phase) {
    case 'Pending':
      return 'Pending';
    case 'Running':
      return 'Running';
    case 'Succeeded':
      return 'Complete';
    case 'Failed':
      return 'Failed';
    default:
      return undefined;
  }
}

function podAnnotations({ metadata, status }: RolloutPod, phase: Phase, now: string): Record<string, string> {
  const { creationTimestamp } = metadata;
  return {
    [openshift.deployerPodName]: metadata.name,
    ...(creationTimestamp && { [openshift.deployerPodCreatedAt]: asGoPrints(creationTimestamp) }),
    ...(status?.startTime && { [openshift.deployerPodStartedAt]: asGoPrints(status.startTime) }),
    ...((phase === 'Complete' || phase === 'Failed') && { [openshift.deployerPodCompletedAt]: asGoPrints(now) }),
  };
}

/** `2026-11-21 10:00:00 +0000 UTC`. */
function asGoPrints(instant: string): string {
  return `${instant.slice(0, 19).replace('T', ' ')} +0000 UTC`;
}

function warning(reason: string, message: string): EventNote {
  return { type: 'Warning', reason, message };
}

const SUCCEEDED_ANYWAY = warning('FailedCancellation', 'Succeeded before cancel recorded');

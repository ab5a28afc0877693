import type { Member } from './member.ts';
import type { Rollout, StrategyStep } from './rollout.ts';

/** OpenShift looks once a second whether the old pods have ended: pods being deleted are in no ReplicationController's status. */
const POD_POLL_MS = 1000;

/**
 * Old pods away, then new pods; also the first rollout of any strategy, when there is nothing old. OpenShift: with something
 * old a single new pod must prove itself before all are started, and those are not waited for; with nothing old all are
 * started and must become available. The hook in the middle comes when the old pods are gone. Old pods that do not go in time hold nothing up.
 */
export function recreateStep(rollout: Rollout): StrategyStep {
  const { to, from, desired } = rollout;
  if (from && from.replicas > 0) return scale(from, 0);
  if (from && to.replicas === 0) {
    const step = oldPodsGone(rollout, from);
    if (step) return step;
  }
  if (rollout.midDue) return { kind: 'mid-hook' };
  if (desired === 0) return to.replicas === 0 ? { kind: 'complete' } : scale(to, 0);
  if (from === undefined) return to.replicas === desired ? accept(rollout) : scale(to, desired);
  if (to.replicas === 0) return scale(to, 1);
  if (to.replicas === 1) {
    const step = accept(rollout);
    return step.kind === 'complete' && desired > 1 ? scale(to, desired) : step;
  }
  if (to.replicas !== desired) return scale(to, desired);
  const leftMs = leftOf(rollout, to);
  if (to.caughtUp || leftMs <= 0) return { kind: 'complete' };
  return { kind: 'wait', reason: `pods of ${to.name} are coming`, againAfterMs: leftMs };
}

/** Undefined once no old pod runs any more, or when it took too long. */
function oldPodsGone(rollout: Rollout, from: Member): StrategyStep | undefined {
  const leftMs = leftOf(rollout, from);
  if (leftMs <= 0) return undefined;
  const reason = `pods of ${from.name} are going`;
  if (from.current > 0) return { kind: 'wait', reason, againAfterMs: leftMs };
  const running = rollout.runningPods.get(from.name);
  if (running === undefined) return { kind: 'count-pods', member: from };
  return running === 0 ? undefined : { kind: 'wait', reason, againAfterMs: Math.min(POD_POLL_MS, leftMs) };
}

/** OpenShift's acceptance check: every pod asked for is available, in time. */
function accept(rollout: Rollout): StrategyStep {
  const { to } = rollout;
  if (to.caughtUp && to.available === to.replicas) return { kind: 'complete' };
  const leftMs = leftOf(rollout, to);
  if (leftMs > 0) return { kind: 'wait', reason: `pods of ${to.name} are not available yet`, againAfterMs: leftMs };
  const seconds = rollout.params.timeoutMs / 1000;
  return {
    kind: 'fail',
    reason: `pods for rc '${rollout.title}' took longer than ${seconds} seconds to become available`,
  };
}

/** What is left of the strategy's timeout since the member was scaled, in milliseconds. */
function leftOf(rollout: Rollout, member: Member): number {
  return Math.max(member.lastProgressMs, rollout.startedMs) + rollout.params.timeoutMs - rollout.nowMs;
}

function scale(member: Member, replicas: number): StrategyStep {
  return { kind: 'scale', member, replicas };
}

import { balance, oldsOf } from './balance.ts';
import type { Rollout, StrategyStep } from './rollout.ts';
import { limitsFor } from './strategy-params.ts';

/**
 * Rolling update from a ReplicationController that serves: up, pause, down, within surge and unavailability.
 * OpenShift: the timeout limits the time without any change of replicas, not the whole; between up and down lie at least
 * `updatePeriodSeconds`; at the end the new one has the desired replicas and pods (a tolerated few of them perhaps not available
 * yet), the old ones none. `intervalSeconds` is how often OpenShift looks what a change did; here the watch tells.
 */
export function rollingStep(rollout: Rollout): StrategyStep {
  const { to, params, nowMs } = rollout;
  const olds = oldsOf(rollout);
  const lastProgressMs = Math.max(to.lastProgressMs, ...olds.map((m) => m.lastProgressMs));
  const leftMs = Math.max(rollout.startedMs, lastProgressMs) + params.timeoutMs - nowMs;

  if (to.replicas === rollout.desired && olds.every((m) => m.replicas === 0)) {
    const waitingFor = [to, ...olds].find((m) => !m.caughtUp);
    if (waitingFor === undefined) return { kind: 'complete' };
    return leftMs > 0 ? wait(`pods of ${waitingFor.name} are coming or going`, leftMs) : timedOut;
  }
  const shift = balance(rollout, limitsFor(rollout.desired, params));
  if (shift === undefined) return leftMs > 0 ? wait(`pods of ${to.name} are not available yet`, leftMs) : timedOut;
  if (shift.direction === 'down') {
    // The pause bounds itself: another clock may be ahead of ours.
    const pauseMs = Math.min(to.lastProgressMs + params.updatePeriodMs - nowMs, params.updatePeriodMs);
    if (pauseMs > 0) return wait('pause between scaling up and scaling down', pauseMs);
  }
  return { kind: 'scale', member: shift.member, replicas: shift.replicas };
}

const timedOut: StrategyStep = { kind: 'fail', reason: 'timed out waiting for any update progress to be made' };

function wait(reason: string, againAfterMs: number): StrategyStep {
  return { kind: 'wait', reason, againAfterMs };
}

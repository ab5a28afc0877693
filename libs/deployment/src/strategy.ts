import { recreateStep } from './recreate.ts';
import { rollingStep } from './rolling.ts';
import type { Rollout, StrategyStep } from './rollout.ts';

/** How long pods of earlier, unfinished rollouts may take to go before the rollout proceeds. OpenShift: 120 seconds. */
const CLEAR_TIMEOUT_MS = 120_000;

/**
 * The next step of a rollout: a pure function of what is observed, so that any process can take it at any moment.
 * OpenShift runs this in a deployer pod; here there is none for Rolling and Recreate.
 */
export function strategyStep(rollout: Rollout): StrategyStep {
  switch (rollout.params.type) {
    case 'Rolling':
      if (rollout.from !== undefined) return rollingStep(rollout);
      return clearOthers(rollout) ?? recreateStep(rollout);
    case 'Recreate':
      return clearOthers(rollout) ?? recreateStep(rollout);
    case 'Custom':
      return { kind: 'fail', reason: 'a Custom rollout is carried out by its own pod' };
  }
}

/** OpenShift: before the strategy begins, whatever unfinished rollouts left behind is scaled away; not waited for for ever. */
function clearOthers({ others, startedMs, nowMs }: Rollout): StrategyStep | undefined {
  const running = others.find((member) => member.replicas > 0);
  if (running) return { kind: 'scale', member: running, replicas: 0 };
  const leaving = others.find((member) => member.current > 0);
  if (leaving === undefined) return undefined;
  const againAfterMs = Math.max(leaving.lastProgressMs, startedMs) + CLEAR_TIMEOUT_MS - nowMs;
  if (againAfterMs <= 0) return undefined;
  return { kind: 'wait', reason: `pods of ${leaving.name} are going`, againAfterMs };
}

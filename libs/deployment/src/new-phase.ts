import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { Action } from './action.ts';
import { openshift } from './annotations.ts';
import { attemptOf } from './attempt.ts';
import type { View } from './observed.ts';
import { failure, titleOf } from './phase-change.ts';
import { type StrategyParams, strategyParams } from './strategy-params.ts';

/** OpenShift: a rollout that waits for its deployer for longer than the strategy's timeout fails; a timeout of 0 disables this. */
export function newPhaseTimedOut(ageMs: number, params: Pick<StrategyParams, 'timeoutMs'>): boolean {
  return params.timeoutMs > 0 && ageMs > params.timeoutMs;
}

/** The failure of a rollout in phase New whose deployer does not come in time; undefined while it may still come. */
export function newPhaseTimeout(
  view: View,
  to: ReplicationController,
  config: NormalDeploymentConfig,
): Action | undefined {
  const params = strategyParams(config);
  if (!newPhaseTimedOut(ageMs(view, to), params)) return undefined;
  const seconds = params.timeoutMs / 1000;
  const message = `Rollout for "${titleOf(to)}" failed to create deployer pod (timeoutSeconds: ${seconds}s)`;
  return failure(to, {
    config,
    reason: 'unable to create deployer pod',
    now: view.now,
    note: { type: 'Warning', reason: 'RolloutTimeout', message },
  });
}

/** Somebody else is to drive this rollout; if nobody takes it up in time it fails. Undefined when it is ours to drive. */
export function leftToOthers(
  view: View,
  to: ReplicationController,
  config: NormalDeploymentConfig,
): Action | undefined {
  if (to.metadata.annotations?.[openshift.deployerIgnore] === undefined) return undefined;
  const { timeoutMs } = strategyParams(config);
  const reason = `${to.metadata.name} is left to another deployer`;
  return (
    newPhaseTimeout(view, to, config) ??
    (timeoutMs > 0 ? { kind: 'wait', reason, againAfterMs: timeoutMs - ageMs(view, to) } : { kind: 'wait', reason })
  );
}

/** How long it has been in phase New. Nobody writes down when a rollout is sent back there: a retried one has just come. */
function ageMs({ nowMs }: View, rc: ReplicationController): number {
  if (attemptOf(rc) > 1) return 0;
  return nowMs - (Date.parse(rc.metadata.creationTimestamp ?? '') || nowMs);
}

import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { Action, ChangeRc } from './action.ts';
import { openshift, own } from './annotations.ts';
import { oldsOf } from './balance.ts';
import { claimOf, type Driver, markOf } from './claim.ts';
import { instantMs, memberOf } from './member.ts';
import type { View } from './observed.ts';
import { isCancelled, isTerminal, phaseOf } from './phase.ts';
import { completion, failure, titleOf } from './phase-change.ts';
import { recordedConfig } from './recorded-config.ts';
import type { Rollout } from './rollout.ts';
import { strategyStep } from './strategy.ts';
import { type StrategyParams, strategyParams } from './strategy-params.ts';
import { unsupportedFeature } from './unsupported.ts';
import { activeOf, byVersionDescending, latestVersionOf, versionOf } from './versions.ts';

/** How long to wait for our own view to catch up with what another replica has done. The watch normally does it at once. */
const CATCH_UP_MS = 1000;

/**
 * What a rollout under way needs: to end because it was cancelled, or the next step of its strategy. The configuration is
 * the recorded one; later changes of the DeploymentConfig are for the next rollout. Undefined when none is under way.
 *
 * Phases: New until everything that serves is claimed, Running while the strategy runs, then Complete or Failed. Pending
 * belongs to strategies with a pod of their own.
 */
export function rolloutAction(view: View): Action | undefined {
  const underWay = byVersionDescending(view.owned.filter((rc) => !isTerminal(rc))).reverse();
  const cancelled = underWay.find(isCancelled);
  if (cancelled) return failure(cancelled, { config: recordedConfig(cancelled), reason: 'cancelled', now: view.now });
  const to = underWay.find((rc) => versionOf(rc) === latestVersionOf(view.dc));
  if (to === undefined) return undefined;

  const config = recordedConfig(to);
  const fail = (reason: string) => failure(to, { config, reason, now: view.now });
  if (config === undefined) return fail('its recorded configuration cannot be read');
  const params = strategyParams(config);
  if (to.metadata.annotations?.[openshift.deployerIgnore] !== undefined && phaseOf(to) === 'New') {
    return leftToOthers(view, to, params, fail);
  }
  const unsupported = unsupportedFeature(config);
  if (unsupported) return fail(unsupported);
  const desired = desiredOf(to);
  if (desired === undefined) return fail('it has already run to completion');
  return drive(view, to, config, params, desired);
}

/** The rollout proper: claim, run, step. */
function drive(
  view: View,
  to: ReplicationController,
  config: NormalDeploymentConfig,
  params: StrategyParams,
  desired: number,
): Action {
  const { now, nowMs } = view;
  const from = activeOf(view.owned);
  if (from && versionOf(from) > versionOf(to)) {
    return failure(to, { config, reason: `version ${versionOf(from)} is already complete`, now });
  }
  const left = view.owned.filter((rc) => rc !== to && rc !== from && (rc.spec.replicas ?? 0) > 0);
  const claim = claimAction(from ? [from, ...left] : left, { version: versionOf(to), mode: 'rollout' }, {});
  if (claim) return claim;
  if (phaseOf(to) !== 'Running') return startRunning(to, from, params, now);

  const others = view.owned.filter((rc) => rc !== to && rc !== from).toSorted((a, b) => versionOf(a) - versionOf(b));
  const rollout: Rollout = {
    title: titleOf(to),
    to: memberOf(to),
    from: from && memberOf(from),
    others: others.map(memberOf),
    desired,
    params,
    startedMs: instantMs(to, own.phaseSince) || nowMs,
    nowMs,
    runningPods: view.runningPods,
  };
  const step = strategyStep(rollout);
  switch (step.kind) {
    case 'scale':
      return scaling(step.member.rc, step.replicas, { [own.lastProgress]: now });
    case 'complete':
      return completion(to, config, desired, now);
    case 'fail':
      return failure(to, { config, reason: step.reason, now, restsOn: oldsOf(rollout).map((member) => member.rc) });
    case 'count-pods':
      return { kind: 'count-pods', rc: step.member.rc };
    case 'wait':
      return step;
  }
}

function startRunning(
  to: ReplicationController,
  from: ReplicationController | undefined,
  params: StrategyParams,
  now: string,
): ChangeRc {
  const source = from && params.type === 'Rolling' ? `${from.metadata.name}:${from.metadata.uid ?? ''}` : undefined;
  return {
    kind: 'change-rc',
    why: 'phase',
    rc: to,
    annotations: {
      [openshift.phase]: 'Running',
      [own.phaseSince]: now,
      ...(source === undefined ? {} : { [openshift.updateSourceId]: source }),
    },
  };
}

/**
 * The claim that is still missing before replicas may be changed; a wait when somebody with a newer view was there first;
 * undefined when all are held.
 */
export function claimAction(
  rcs: readonly ReplicationController[],
  driver: Driver,
  annotations: Readonly<Record<string, string>>,
): Action | undefined {
  if (rcs.some((rc) => claimOf(rc, driver) === 'newer')) {
    return { kind: 'wait', reason: 'a newer rollout was seen; waiting for its events', againAfterMs: CATCH_UP_MS };
  }
  const rc = rcs.find((candidate) => claimOf(candidate, driver) === 'needed');
  if (rc === undefined) return undefined;
  const original = rc.metadata.annotations?.[openshift.originalReplicas] === undefined && driver.mode === 'rollout';
  return {
    kind: 'change-rc',
    why: 'claim',
    rc,
    annotations: {
      [own.driver]: markOf(driver),
      ...(original ? { [openshift.originalReplicas]: String(rc.spec.replicas ?? 0) } : {}),
      ...annotations,
    },
  };
}

/** The write that changes the replicas of a ReplicationController. */
export function scaling(
  rc: ReplicationController,
  replicas: number,
  annotations: Readonly<Record<string, string>>,
): ChangeRc {
  const move = `replication controller "${rc.metadata.name}" from ${rc.spec.replicas ?? 0} to ${replicas}`;
  return {
    kind: 'change-rc',
    why: 'scale',
    rc,
    replicas,
    annotations,
    events: [{ type: 'Normal', reason: 'ReplicationControllerScaled', message: `Scaled ${move}` }],
    onRefusal: { reason: 'ReplicationControllerScaleFailed', message: `Failed to scale ${move}` },
  };
}

/** Somebody else is to drive this rollout; if nobody takes it up in time it fails. OpenShift: the strategy's timeout, 0 never. */
function leftToOthers(
  view: View,
  to: ReplicationController,
  params: StrategyParams,
  fail: (reason: string) => Action,
): Action {
  const waitedMs = view.nowMs - (Date.parse(to.metadata.creationTimestamp ?? '') || view.nowMs);
  if (newPhaseTimedOut(waitedMs, params)) return fail('unable to create deployer pod');
  const reason = `${to.metadata.name} is left to another deployer`;
  return params.timeoutMs > 0
    ? { kind: 'wait', reason, againAfterMs: params.timeoutMs - waitedMs }
    : { kind: 'wait', reason };
}

/** OpenShift: a rollout that waits for its deployer for longer than the strategy's timeout fails; a timeout of 0 disables this. */
export function newPhaseTimedOut(ageMs: number, params: Pick<StrategyParams, 'timeoutMs'>): boolean {
  return params.timeoutMs > 0 && ageMs > params.timeoutMs;
}

/** Replicas to reach; undefined once the rollout has run. */
function desiredOf(rc: ReplicationController): number | undefined {
  const text = rc.metadata.annotations?.[openshift.desiredReplicas] ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

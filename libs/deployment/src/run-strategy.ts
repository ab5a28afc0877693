import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { Action, ChangeRc } from './action.ts';
import { openshift, own } from './annotations.ts';
import { attemptAnnotations } from './attempt.ts';
import { oldsOf } from './balance.ts';
import { hookAction } from './hook-action.ts';
import { hasPassed, hookRecordOf, lastHookEndMs } from './hook-record.ts';
import { HOOK_MOMENTS, type HookMoment, hooksOf } from './hooks.ts';
import { instantMs, memberOf } from './member.ts';
import type { View } from './observed.ts';
import { phaseOf } from './phase.ts';
import { completion, failure, titleOf } from './phase-change.ts';
import type { Rollout } from './rollout.ts';
import { scaling } from './scaling.ts';
import { strategyStep } from './strategy.ts';
import { strategyParams } from './strategy-params.ts';
import { versionOf } from './versions.ts';

/** A Rolling or Recreate rollout whose claims are held. */
interface StrategyRun {
  readonly rc: ReplicationController;
  readonly config: NormalDeploymentConfig;
  readonly desired: number;
  /** The ReplicationController that serves, if there is one. */
  readonly from: ReplicationController | undefined;
}

/**
 * The next step of a Rolling or Recreate rollout: its hooks around its strategy, each begun only when what comes before is
 * recorded as done, so that nothing is done again when a pod changes its mind during a later hook.
 */
export function runStrategy(view: View, run: StrategyRun): Action {
  const { rc, config, desired } = run;
  const { now, nowMs } = view;
  if (phaseOf(rc) !== 'Running') return startRunning(view, run);

  const { activeDeadlineMs } = strategyParams(config);
  const startedMs = instantMs(rc, own.phaseSince) || nowMs;
  const leftMs = startedMs + activeDeadlineMs - nowMs;
  if (leftMs < 0) {
    const reason = `rollout took longer than activeDeadlineSeconds (${activeDeadlineMs / 1000})`;
    return failure(rc, { config, reason, now });
  }
  const hooks = hooksOf(config);
  const runHook = (moment: HookMoment) => hookAction(view, { rc, config, moment, hook: hooks[moment]!, now }, leftMs);
  const recorded = (moment: HookMoment) => hookRecordOf(rc, moment);
  const open = HOOK_MOMENTS.find((moment) => hooks[moment] && recorded(moment) && !hasPassed(recorded(moment)));
  if (open) return runHook(open);
  if (hooks.pre && !recorded('pre')) return runHook('pre');
  if (hooks.post && recorded('post')) return completion(rc, config, desired, now);

  const rollout = rolloutOf(view, run, startedMs, hooks.mid !== undefined && !recorded('mid'));
  const step = strategyStep(rollout);
  switch (step.kind) {
    case 'scale':
      return scaling(step.member.rc, step.replicas, { [own.lastProgress]: now });
    case 'mid-hook':
      return runHook('mid');
    case 'complete':
      return hooks.post ? runHook('post') : completion(rc, config, desired, now);
    case 'fail':
      return failure(rc, { config, reason: step.reason, now, restsOn: oldsOf(rollout).map((member) => member.rc) });
    case 'count-pods':
      return { kind: 'count-pods', rc: step.member.rc };
    case 'wait':
      return { ...step, againAfterMs: Math.min(step.againAfterMs, leftMs) };
  }
}

function rolloutOf(
  view: View,
  { rc, config, desired, from }: StrategyRun,
  startedMs: number,
  midDue: boolean,
): Rollout {
  const others = view.owned.filter((other) => other !== rc && other !== from);
  return {
    title: titleOf(rc),
    to: memberOf(rc),
    from: from && memberOf(from),
    others: others.toSorted((a, b) => versionOf(a) - versionOf(b)).map(memberOf),
    desired,
    params: strategyParams(config),
    midDue,
    // The time that hooks take is not the strategy's.
    startedMs: Math.max(startedMs, lastHookEndMs(rc)),
    nowMs: view.nowMs,
    runningPods: view.runningPods,
  };
}

/**
 * The write by which a rollout begins. What is to be done first to its own ReplicationController goes along: nothing rests on
 * the phase being seen in between.
 */
function startRunning(view: View, run: StrategyRun): ChangeRc {
  const { rc, config, from } = run;
  const { now, nowMs } = view;
  const rolling = config.spec.strategy.type === 'Rolling';
  const source = from && rolling ? `${from.metadata.name}:${from.metadata.uid ?? ''}` : undefined;
  const annotations = {
    [openshift.phase]: 'Running',
    [own.phaseSince]: now,
    ...attemptAnnotations(rc),
    ...(source === undefined ? {} : { [openshift.updateSourceId]: source }),
  };
  const entering: ChangeRc = { kind: 'change-rc', why: 'phase', rc, annotations };
  const hooks = hooksOf(config);
  if (hooks.pre) return entering;
  const first = strategyStep(rolloutOf(view, run, nowMs, hooks.mid !== undefined));
  if (first.kind !== 'scale' || first.member.rc !== rc) return entering;
  return { ...scaling(rc, first.replicas, { ...annotations, [own.lastProgress]: now }), why: 'phase' };
}

import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { Action } from './action.ts';
import { openshift } from './annotations.ts';
import { attemptOf } from './attempt.ts';
import { claimAction } from './claim-action.ts';
import { customAction, entering, followPod } from './custom-action.ts';
import { deployerPodName } from './name.ts';
import { leftToOthers } from './new-phase.ts';
import type { View } from './observed.ts';
import { isCancelled, isTerminal, phaseOf } from './phase.ts';
import { failure } from './phase-change.ts';
import { recordedConfig } from './recorded-config.ts';
import { hasEnded, isPodOf } from './rollout-pod.ts';
import { runStrategy } from './run-strategy.ts';
import { seenPod } from './seen-pod.ts';
import { stopPods } from './stop-pods.ts';
import { activeOf, byVersionDescending, latestVersionOf, versionOf } from './versions.ts';

/**
 * What a rollout under way needs: to end because it was cancelled, or the next step of its strategy. The configuration is
 * the recorded one; later changes of the DeploymentConfig are for the next rollout. Undefined when none is under way.
 *
 * Phases: New until everything that serves is claimed, Running while the strategy runs, then Complete or Failed. A Custom
 * rollout has the phase of its pod.
 */
export function rolloutAction(view: View): Action | undefined {
  const underWay = byVersionDescending(view.owned.filter((rc) => !isTerminal(rc))).reverse();
  const cancelled = underWay.find(isCancelled);
  if (cancelled) return cancelAction(view, cancelled);
  const to = underWay.find((rc) => versionOf(rc) === latestVersionOf(view.dc));
  if (to === undefined) return undefined;

  const config = recordedConfig(to);
  const fail = (reason: string) => failure(to, { config, reason, now: view.now });
  if (config === undefined) return fail('its recorded configuration cannot be read');
  const left = phaseOf(to) === 'New' ? leftToOthers(view, to, config) : undefined;
  if (left) return left;
  const desired = desiredOf(to);
  if (desired === undefined) return fail('it has already run to completion');
  const from = activeOf(view.owned);
  if (from && versionOf(from) > versionOf(to)) return fail(`version ${versionOf(from)} is already complete`);
  return drive(view, { rc: to, config, desired, from });
}

/** The rollout proper: claim all that serves, then run the strategy. */
function drive(
  view: View,
  run: {
    readonly rc: ReplicationController;
    readonly config: NormalDeploymentConfig;
    readonly desired: number;
    readonly from: ReplicationController | undefined;
  },
): Action {
  const { rc, config, from } = run;
  const left = view.owned.filter((other) => other !== rc && other !== from && (other.spec.replicas ?? 0) > 0);
  const driver = { version: versionOf(rc), attempt: attemptOf(rc), mode: 'rollout' } as const;
  const claim = claimAction(from ? [from, ...left] : left, driver);
  if (claim) return claim;
  return config.spec.strategy.type === 'Custom' ? customAction(view, run) : runStrategy(view, run);
}

/**
 * The end of a cancelled rollout, once its pods are gone. OpenShift: a Custom one whose pod ends before that is what the pod
 * made it, and one that had no pod yet passes through Pending.
 */
function cancelAction(view: View, rc: ReplicationController): Action {
  const config = recordedConfig(rc);
  const custom = config?.spec.strategy.type === 'Custom';
  if (custom && phaseOf(rc) !== 'New') {
    const pod = seenPod(view, deployerPodName(rc.metadata.name));
    const desired = desiredOf(rc) ?? 0;
    const ended = pod && isPodOf(pod, rc) && hasEnded(pod) ? followPod(view, { rc, config, desired }, pod) : undefined;
    if (ended) return ended;
  }
  const stopping = stopPods(view, rc, custom);
  if (stopping) return stopping;
  if (custom && phaseOf(rc) === 'New') return entering(rc, 'Pending', {}, view.now);
  return failure(rc, { config, reason: 'cancelled', now: view.now });
}

/** Replicas to reach; undefined once the rollout has run. */
function desiredOf(rc: ReplicationController): number | undefined {
  const text = rc.metadata.annotations?.[openshift.desiredReplicas] ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

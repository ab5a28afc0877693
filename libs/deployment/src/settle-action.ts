import type { ReplicationController } from '@tagstream/api-types';
import type { Action } from './action.ts';
import { own } from './annotations.ts';
import { attemptOf } from './attempt.ts';
import { balance } from './balance.ts';
import { claimAction } from './claim-action.ts';
import { memberOf } from './member.ts';
import type { View } from './observed.ts';
import { scaling } from './scaling.ts';
import { limitsFor, strategyParams } from './strategy-params.ts';
import { activeOf, latestOf, latestVersionOf, versionOf } from './versions.ts';

/** How long to wait for our own view of the DeploymentConfig to catch up. The watch normally does it at once. */
const CATCH_UP_MS = 1000;

/**
 * Replicas outside a rollout. OpenShift: the active ReplicationController has what the DeploymentConfig asks for, all others
 * none; without an active one, or with a test configuration, all have none. That is how replicas are scaled, how a failed
 * rollout falls back, and why scaling by hand does not last. A Rolling configuration falls back within its surge and
 * unavailability, which OpenShift does not care for. Undefined when everything is as it should be.
 */
export function settleAction(view: View): Action | undefined {
  const { dc } = view;
  const generation = dc.metadata.generation ?? 0;
  const desired = dc.spec.test ? 0 : dc.spec.replicas;
  const active = activeOf(view.owned);
  const idle = view.owned
    .filter((rc) => rc !== active && replicasOf(rc) > 0)
    .toSorted((a, b) => versionOf(a) - versionOf(b));
  if (idle.length === 0 && (active === undefined || replicasOf(active) === desired)) return undefined;

  const decidedOn = { [own.configGeneration]: String(generation) };
  const concerned = active ? [active, ...idle] : idle;
  if (concerned.some((rc) => Number(rc.metadata.annotations?.[own.configGeneration] ?? 0) > generation)) {
    const reason = 'replicas were set for a newer configuration; waiting to see it';
    return { kind: 'wait', reason, againAfterMs: CATCH_UP_MS };
  }
  const latest = latestOf(dc, view.owned);
  const driver = { version: latestVersionOf(dc), attempt: latest ? attemptOf(latest) : 1, mode: 'settled' } as const;
  const claim = claimAction(concerned, driver, decidedOn);
  if (claim && (idle.length > 0 || claim.kind === 'wait')) return claim;
  if (active === undefined) return scaling(idle[0]!, 0, decidedOn);

  const params = strategyParams(dc);
  if (params.type !== 'Rolling' || dc.spec.test) {
    const first = idle[0];
    return first ? scaling(first, 0, decidedOn) : scaling(active, desired, decidedOn);
  }
  const members = { to: memberOf(active), others: idle.map(memberOf) };
  const shift = balance(members, limitsFor(desired, params));
  if (shift) return scaling(shift.member.rc, shift.replicas, decidedOn);
  return { kind: 'wait', reason: `pods of ${active.metadata.name} are not available yet` };
}

function replicasOf(rc: ReplicationController): number {
  return rc.spec.replicas ?? 0;
}

import { isDeepStrictEqual } from 'node:util';
import type {
  DeploymentCondition,
  DeploymentConfigStatus,
  NormalDeploymentConfig,
  ReplicationController,
} from '@tagstream/api-types';
import { openshift } from './annotations.ts';
import { type ConditionWish, withCondition, withFreshCondition } from './conditions.ts';
import { isTerminal } from './phase.ts';
import { progressCondition } from './progress-condition.ts';
import { limitsFor, strategyParams } from './strategy-params.ts';
import { triggeredBy } from './triggered-by.ts';
import { latestOf } from './versions.ts';

/** What the status is computed from. */
export interface StatusInput {
  readonly dc: NormalDeploymentConfig;
  /** Those that the DeploymentConfig owns. */
  readonly rcs: readonly ReplicationController[];
  /** ISO 8601 instant. */
  readonly now: string;
  /** A condition that does not follow from the ReplicationControllers; goes before one that does. */
  readonly also?: ConditionWish | undefined;
  /** The rollout that others have now been told about to its end; undefined leaves what is recorded. */
  readonly announced?: string | undefined;
}

/**
 * The status as it should be. OpenShift: the counters are sums over all ReplicationControllers but `updatedReplicas`, that
 * of the latest version; `observedGeneration` stands still while a rollout is under way; version and details are carried
 * over. `labelSelector` (for the scale subresource), `triggeredBy` (for a printer column) and `announcedRollout` are ours.
 */
export function computeStatus({ dc, rcs, now, also, announced }: StatusInput): DeploymentConfigStatus {
  const stored = dc.status ?? {};
  const latest = latestOf(dc, rcs);
  const inProgress = latest !== undefined && !isTerminal(latest);
  const available = sum(rcs, (rc) => rc.status?.availableReplicas);
  const counters = {
    replicas: sum(rcs, (rc) => rc.status?.replicas),
    readyReplicas: sum(rcs, (rc) => rc.status?.readyReplicas),
    updatedReplicas: latest?.status?.replicas ?? 0,
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(rcs, (rc) => rc.spec.replicas) - available),
  };
  let conditions: DeploymentCondition[] = stored.conditions ?? [];
  conditions = withCondition(conditions, availability(dc, available), now);
  if (also) conditions = withComplaint(conditions, also, now);
  if (latest && also?.type !== 'Progressing') {
    conditions = progressCondition(conditions, { latest, stored, counters, now });
  }
  return {
    ...stored,
    ...counters,
    latestVersion: stored.latestVersion ?? 0,
    observedGeneration: inProgress ? (stored.observedGeneration ?? 0) : (dc.metadata.generation ?? 0),
    conditions,
    labelSelector: labelSelectorOf(dc),
    triggeredBy: triggeredBy(dc),
    ...(announced === undefined ? {} : { announcedRollout: announced }),
  };
}

/** What is wrong must be readable: here another message counts as a change too. */
function withComplaint(
  conditions: readonly DeploymentCondition[],
  wish: ConditionWish,
  now: string,
): DeploymentCondition[] {
  const before = conditions.find((condition) => condition.type === wish.type);
  const sameText = before?.message === wish.message;
  return sameText ? withCondition(conditions, wish, now) : withFreshCondition(conditions, wish, now);
}

/** Whether a status differs from the stored one, so that it must be written. */
export function statusDiffers(dc: NormalDeploymentConfig, status: DeploymentConfigStatus): boolean {
  return !isDeepStrictEqual(withoutAbsent(dc.status ?? {}), withoutAbsent(status));
}

/** OpenShift: available when no more than the tolerated number is missing and at least one is there. */
function availability(dc: NormalDeploymentConfig, available: number): ConditionWish {
  const params = strategyParams(dc);
  const needed = params.type === 'Rolling' ? limitsFor(dc.spec.replicas, params).minAvailable : dc.spec.replicas;
  return available > 0 && available >= needed
    ? { type: 'Available', status: 'True', message: 'Deployment config has minimum availability.' }
    : { type: 'Available', status: 'False', message: 'Deployment config does not have minimum availability.' };
}

/** The labels that all pods of the DeploymentConfig have, written as a selector. */
function labelSelectorOf(dc: NormalDeploymentConfig): string {
  return Object.entries({ ...dc.spec.selector, [openshift.podConfigLabel]: dc.metadata.name })
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}

function withoutAbsent(status: DeploymentConfigStatus): Record<string, unknown> {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined && value !== null));
}

function sum(rcs: readonly ReplicationController[], count: (rc: ReplicationController) => number | undefined): number {
  return rcs.reduce((total, rc) => total + (count(rc) ?? 0), 0);
}

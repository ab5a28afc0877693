import type { DeploymentCondition } from '@tagstream/api-types';

/** What a condition is to say; the times follow from what it said before. */
export type ConditionWish = Pick<DeploymentCondition, 'type' | 'status'> & {
  readonly reason?: string;
  readonly message?: string;
};

/**
 * The conditions with one set. OpenShift: nothing is written when status and reason stay (another message alone is no
 * change); when only the reason changes, the time of the transition stays.
 * @param now ISO 8601 instant
 */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  wish: ConditionWish,
  now: string,
): DeploymentCondition[] {
  const before = conditions.find((condition) => condition.type === wish.type);
  if (before && before.status === wish.status && (before.reason ?? '') === (wish.reason ?? '')) return [...conditions];
  const since = before?.status === wish.status ? (before.lastTransitionTime ?? now) : now;
  return replaced(conditions, { ...wish, lastTransitionTime: since, lastUpdateTime: now });
}

/** The conditions with one set whatever it said before: its times then tell when it was last confirmed. */
export function withFreshCondition(
  conditions: readonly DeploymentCondition[],
  wish: ConditionWish,
  now: string,
): DeploymentCondition[] {
  return replaced(conditions, { ...wish, lastTransitionTime: now, lastUpdateTime: now });
}

function replaced(conditions: readonly DeploymentCondition[], condition: DeploymentCondition): DeploymentCondition[] {
  const known = conditions.some((old) => old.type === condition.type);
  return known ? conditions.map((old) => (old.type === condition.type ? condition : old)) : [...conditions, condition];
}

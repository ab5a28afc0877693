import type { IntOrPercent, NormalDeploymentConfig, StrategyType } from '@tagstream/api-types';

/** OpenShift: what a strategy without parameters of its own is given to make progress. */
const DEFAULT_TIMEOUT_SECONDS = 600;

/** How a configuration wants to be rolled out. */
export interface StrategyParams {
  readonly type: StrategyType;
  /** Longest time without progress (Rolling), or for a single step (Recreate). */
  readonly timeoutMs: number;
  /** Pause between scaling up and scaling down. */
  readonly updatePeriodMs: number;
  readonly maxSurge: IntOrPercent;
  readonly maxUnavailable: IntOrPercent;
  /** Longest time that the whole rollout may take. */
  readonly activeDeadlineMs: number;
}

/**
 * Parameters of a configuration. OpenShift: the timeout of `rollingParams` counts for Recreate too when these are there; a
 * Custom strategy has the default.
 */
export function strategyParams(dc: NormalDeploymentConfig): StrategyParams {
  const { strategy } = dc.spec;
  const rolling = strategy.rollingParams;
  const timed = strategy.type === 'Custom' ? null : (rolling ?? strategy.recreateParams);
  return {
    type: strategy.type,
    timeoutMs: (timed?.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
    updatePeriodMs: (rolling?.updatePeriodSeconds ?? 0) * 1000,
    maxSurge: rolling?.maxSurge ?? 0,
    maxUnavailable: rolling?.maxUnavailable ?? 0,
    activeDeadlineMs: strategy.activeDeadlineSeconds * 1000,
  };
}

/** How far a rolling update may go from the number of replicas asked for. */
export interface Limits {
  readonly desired: number;
  /** Most replicas of all ReplicationControllers together. */
  readonly maxTotal: number;
  /** Fewest available replicas of all together. */
  readonly minAvailable: number;
}

/**
 * Resolves surge and unavailability against the desired replicas. OpenShift: percentages of surge round up, those of
 * unavailability down; when both come out as none, one may be unavailable, or nothing could ever move.
 */
export function limitsFor(desired: number, params: Pick<StrategyParams, 'maxSurge' | 'maxUnavailable'>): Limits {
  const surge = resolve(params.maxSurge, desired, Math.ceil);
  const unavailable = resolve(params.maxUnavailable, desired, Math.floor);
  const allowedDown = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { desired, maxTotal: desired + surge, minAvailable: Math.max(0, desired - allowedDown) };
}

function resolve(value: IntOrPercent, of: number, round: (exact: number) => number): number {
  if (typeof value === 'number') return value;
  const number = Number.parseInt(value, 10);
  return value.endsWith('%') ? round((number * of) / 100) : number;
}

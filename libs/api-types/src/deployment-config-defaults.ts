import type { IntOrPercent, RecreateParams, RollingParams } from './deployment-config.ts';
import type { NormalRecreateParams, NormalRollingParams } from './deployment-config-normal.ts';

/** OpenShift: how long a rollout waits for progress. */
export const DEFAULT_ROLLOUT_TIMEOUT_SECONDS = 600;

/** OpenShift: how long a deployer or hook pod may run, six hours. */
export const DEFAULT_ACTIVE_DEADLINE_SECONDS = 21_600;

/** OpenShift: how many old versions a new DeploymentConfig keeps. */
export const DEFAULT_REVISION_HISTORY_LIMIT = 10;

const DEFAULT_INTERVAL_SECONDS = 1;
const DEFAULT_UPDATE_PERIOD_SECONDS = 1;
const DEFAULT_SHARE = '25%';

/** OpenShift: the defaults of rolling parameters, each applied where the field is absent or null. */
export function defaultRollingParams(params: RollingParams): NormalRollingParams {
  return {
    ...params,
    updatePeriodSeconds: params.updatePeriodSeconds ?? DEFAULT_UPDATE_PERIOD_SECONDS,
    intervalSeconds: params.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS,
    timeoutSeconds: params.timeoutSeconds ?? DEFAULT_ROLLOUT_TIMEOUT_SECONDS,
    ...defaultSurge(params.maxSurge ?? undefined, params.maxUnavailable ?? undefined),
  };
}

/** OpenShift: the defaults of recreate parameters. */
export function defaultRecreateParams(params: RecreateParams): NormalRecreateParams {
  return { ...params, timeoutSeconds: params.timeoutSeconds ?? DEFAULT_ROLLOUT_TIMEOUT_SECONDS };
}

/**
 * A rollout needs room to move in one direction. OpenShift: with neither given, 25% in both; with one given, the other is
 * 0, unless the given one is zero itself, then the other is 25%.
 */
function defaultSurge(
  maxSurge: IntOrPercent | undefined,
  maxUnavailable: IntOrPercent | undefined,
): { maxSurge: IntOrPercent; maxUnavailable: IntOrPercent } {
  if (maxSurge === undefined && maxUnavailable === undefined) {
    return { maxSurge: DEFAULT_SHARE, maxUnavailable: DEFAULT_SHARE };
  }
  return {
    maxSurge: maxSurge ?? counterpart(maxUnavailable!),
    maxUnavailable: maxUnavailable ?? counterpart(maxSurge!),
  };
}

const counterpart = (given: IntOrPercent): IntOrPercent => (given === 0 || given === '0%' ? DEFAULT_SHARE : 0);

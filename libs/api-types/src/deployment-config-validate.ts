import type { DeploymentConfig } from './deployment-config.ts';
import { DEFAULT_ROLLOUT_TIMEOUT_SECONDS } from './deployment-config-defaults.ts';
import type { NormalDeploymentConfigSpec } from './deployment-config-normal.ts';
import { normalizeDeploymentConfig } from './deployment-config-normalize.ts';
import { type FieldProblem, invalid } from './field-problem.ts';
import { strategyProblems } from './strategy-validate.ts';
import { templateProblems } from './template-validate.ts';
import { triggerProblems } from './trigger-validate.ts';

/**
 * Everything that OpenShift's API server would refuse in a DeploymentConfig, after defaults, as far as it can be said without
 * knowing all rules of pod templates: what is wrong beyond that, the API server says when the ReplicationController is
 * created. The schema of the custom resource refuses most of it earlier; the rest can only be reported on the object. An
 * empty list means valid.
 */
export function validateDeploymentConfig(dc: DeploymentConfig): readonly FieldProblem[] {
  const { spec } = normalizeDeploymentConfig(dc);
  return [
    ...triggerProblems(spec.triggers),
    ...strategyProblems(spec.strategy, spec.template),
    ...countProblems(spec),
    ...templateProblems(dc.spec.template, spec.selector, spec.triggers),
  ];
}

function countProblems(spec: NormalDeploymentConfigSpec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { minReadySeconds, revisionHistoryLimit, replicas, strategy } = spec;
  if (replicas < 0) problems.push(invalid('spec.replicas', MUST_NOT_BE_NEGATIVE));
  if (revisionHistoryLimit !== null && revisionHistoryLimit < 0) {
    problems.push(invalid('spec.revisionHistoryLimit', MUST_NOT_BE_NEGATIVE));
  }
  const field = 'spec.minReadySeconds';
  if (minReadySeconds < 0) problems.push(invalid(field, MUST_NOT_BE_NEGATIVE));
  const timeout =
    (strategy.rollingParams ?? strategy.recreateParams)?.timeoutSeconds ?? DEFAULT_ROLLOUT_TIMEOUT_SECONDS;
  if (timeout > 0 && minReadySeconds >= timeout) {
    problems.push(invalid(field, `must be less than the deployment timeout of ${timeout}s`));
  }
  if (minReadySeconds >= strategy.activeDeadlineSeconds && strategy.activeDeadlineSeconds > 0) {
    problems.push(invalid(field, `must be less than activeDeadlineSeconds (${strategy.activeDeadlineSeconds}s)`));
  }
  return problems;
}

/**
 * What OpenShift's API server would refuse about the status of an update: `latestVersion` and `observedGeneration` only
 * ever grow.
 */
export function validateDeploymentConfigUpdate(
  dc: DeploymentConfig,
  before: DeploymentConfig,
): readonly FieldProblem[] {
  return (['latestVersion', 'observedGeneration'] as const).flatMap((name) => {
    const value = dc.status?.[name] ?? 0;
    const field = `status.${name}`;
    if (value < 0) return [invalid(field, MUST_NOT_BE_NEGATIVE)];
    return value < (before.status?.[name] ?? 0) ? [invalid(field, `${name} cannot be decremented`)] : [];
  });
}

const MUST_NOT_BE_NEGATIVE = 'must be greater than or equal to 0';

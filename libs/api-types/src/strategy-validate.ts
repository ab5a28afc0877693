import type { IntOrPercent } from './deployment-config.ts';
import type { NormalRollingParams, NormalStrategy } from './deployment-config-normal.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';
import { envProblems, hookProblems } from './hook-validate.ts';
import type { PodTemplateSpec } from './pod-template.ts';

/** OpenShift: the rules for the strategy. Parameters of a type that is not selected are not looked at. */
export function strategyProblems(strategy: NormalStrategy, template: PodTemplateSpec): FieldProblem[] {
  const field = 'spec.strategy';
  const problems: FieldProblem[] = [];
  switch (strategy.type) {
    case 'Rolling':
      problems.push(...rollingProblems(strategy.rollingParams, template, `${field}.rollingParams`));
      break;
    case 'Recreate': {
      const { timeoutSeconds, pre, mid, post } = strategy.recreateParams;
      problems.push(...positive({ timeoutSeconds }, `${field}.recreateParams`));
      problems.push(...hookProblems({ pre, mid, post }, template, `${field}.recreateParams`));
      break;
    }
    case 'Custom':
      if (strategy.customParams === null) problems.push(required(`${field}.customParams`));
      problems.push(...envProblems(strategy.customParams?.environment ?? [], `${field}.customParams.environment`));
      break;
    default:
      problems.push(
        invalid(`${field}.type`, 'unsupported strategy type, use "Custom" instead and specify your own strategy'),
      );
  }
  return [...problems, ...deadlineProblems(strategy)];
}

function deadlineProblems({ activeDeadlineSeconds, rollingParams, recreateParams }: NormalStrategy): FieldProblem[] {
  const field = 'spec.strategy.activeDeadlineSeconds';
  if (activeDeadlineSeconds < 0) return [invalid(field, 'must be greater than or equal to 0')];
  const timeout = (rollingParams ?? recreateParams)?.timeoutSeconds;
  if (timeout === undefined || activeDeadlineSeconds > timeout) return [];
  return [invalid(field, `must be greater than the timeoutSeconds of the strategy (${timeout}s)`)];
}

function rollingProblems(params: NormalRollingParams, template: PodTemplateSpec, field: string): FieldProblem[] {
  const { intervalSeconds, updatePeriodSeconds, timeoutSeconds, maxSurge, maxUnavailable, pre, post } = params;
  const problems = [
    ...positive({ intervalSeconds, updatePeriodSeconds, timeoutSeconds }, field),
    ...countOrPercentProblems(maxUnavailable, `${field}.maxUnavailable`),
    ...countOrPercentProblems(maxSurge, `${field}.maxSurge`),
    ...hookProblems({ pre, post }, template, field),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    problems.push(invalid(`${field}.maxUnavailable`, 'cannot be 0 when maxSurge is 0 as well'));
  }
  if (typeof maxUnavailable === 'string' && PERCENT.test(maxUnavailable) && Number.parseInt(maxUnavailable, 10) > 100) {
    problems.push(invalid(`${field}.maxUnavailable`, 'must not be greater than 100%'));
  }
  return problems;
}

const positive = (fields: Readonly<Record<string, number>>, parent: string): FieldProblem[] =>
  Object.entries(fields).flatMap(([name, value]) => (value < 1 ? [invalid(`${parent}.${name}`, 'must be >0')] : []));

const PERCENT = /^[0-9]+%$/;

function countOrPercentProblems(value: IntOrPercent, field: string): FieldProblem[] {
  const valid = typeof value === 'number' ? Number.isInteger(value) && value >= 0 : PERCENT.test(value);
  return valid ? [] : [invalid(field, 'must be a non-negative integer or a percentage such as "25%"')];
}

const isZero = (value: IntOrPercent): boolean => value === 0 || (typeof value === 'string' && /^0+%$/.test(value));

import type { BuildConfig } from './build-config.ts';
import type { NormalBuildConfig, NormalBuildTrigger, NormalWebHookTrigger } from './build-config-normal.ts';
import { buildRunPolicies, normalizeBuildConfig } from './build-config-normalize.ts';
import { buildSpecProblems } from './build-spec-validate.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';
import { tagNameProblems } from './trigger-validate.ts';

/** Field of a trigger that holds the body of its type. */
const BODY_FIELD = { GitHub: 'github', GitLab: 'gitlab', Bitbucket: 'bitbucket', Generic: 'generic' } as const;

/**
 * Everything that OpenShift's API server would refuse in a BuildConfig, after defaults. The schema of the custom resource
 * refuses most of it earlier; the rest can only be reported on the object. An empty list means valid.
 */
export function validateBuildConfig(config: BuildConfig): readonly FieldProblem[] {
  const bc = normalizeBuildConfig(config);
  return [
    ...bc.spec.triggers.flatMap(triggerProblems),
    ...duplicateTriggers(bc),
    ...runPolicyProblems(config),
    ...limitProblems(config),
    ...buildSpecProblems({ ...bc.spec, strategy: { ...bc.spec.strategy } }),
  ];
}

function triggerProblems(trigger: NormalBuildTrigger): FieldProblem[] {
  const field = `spec.triggers[${trigger.index}]`;
  switch (trigger.type) {
    case 'ConfigChange':
      return [];
    case 'ImageChange': {
      if (!trigger.hasOwnFrom) return [];
      const at = `${field}.imageChange.from`;
      if (trigger.from.kind !== 'ImageStreamTag') {
        return [invalid(`${at}.kind`, 'only ImageStreamTag references are supported for imageChange triggers')];
      }
      return tagNameProblems(trigger.from.name, trigger.from.namespace, `${at}.name`);
    }
    default:
      return webHookProblems(trigger, `${field}.${BODY_FIELD[trigger.type]}`);
  }
}

function webHookProblems(trigger: NormalWebHookTrigger, field: string): FieldProblem[] {
  if (!trigger.hasBody) return [required(field)];
  const problems: FieldProblem[] = [];
  if (trigger.hasReference && trigger.secretName === '') problems.push(required(`${field}.secretReference.name`));
  if (!trigger.hasReference && trigger.secret === '') {
    problems.push(invalid(field, 'must provide a value for at least one of secret or secretReference'));
  }
  if (trigger.type !== 'Generic' && trigger.allowEnv) {
    problems.push(invalid(`${field}.allowEnv`, 'git webhooks cannot allow env vars'));
  }
  return problems;
}

function duplicateTriggers(bc: NormalBuildConfig): FieldProblem[] {
  const seen = new Set<string>();
  return bc.spec.triggers.flatMap((trigger) => {
    if (trigger.type !== 'ImageChange') return [];
    const tag = `${trigger.from.namespace}/${trigger.from.name}`;
    if (!seen.has(tag)) {
      seen.add(tag);
      return [];
    }
    return [
      invalid(
        `spec.triggers[${trigger.index}].imageChange.from`,
        `multiple ImageChange triggers refer to the same image stream tag ${tag}`,
      ),
    ];
  });
}

function runPolicyProblems({ spec }: BuildConfig): FieldProblem[] {
  if (!spec.runPolicy || buildRunPolicies.some((policy) => policy === spec.runPolicy)) return [];
  return [invalid('spec.runPolicy', 'run policy must Parallel, Serial, or SerialLatestOnly')];
}

function limitProblems({ spec }: BuildConfig): FieldProblem[] {
  return (['successfulBuildsHistoryLimit', 'failedBuildsHistoryLimit'] as const).flatMap((name) =>
    (spec[name] ?? 0) < 0 ? [invalid(`spec.${name}`, 'must be greater than or equal to 0')] : [],
  );
}

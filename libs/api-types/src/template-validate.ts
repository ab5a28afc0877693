import type { NormalTrigger } from './deployment-config-normal.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';
import { isDnsLabel } from './names.ts';
import type { Container, PodTemplateSpec } from './pod-template.ts';

/** OpenShift: the rules for selector and pod template that concern DeploymentConfigs in particular. */
export function templateProblems(
  template: PodTemplateSpec | null | undefined,
  selector: Readonly<Record<string, string>>,
  triggers: readonly NormalTrigger[],
): FieldProblem[] {
  if (template == null) return [required('spec.template')];
  const problems: FieldProblem[] = [];
  const labels = template.metadata?.labels ?? {};
  if (Object.keys(selector).length === 0) {
    problems.push(invalid('spec.selector', 'empty selector is not valid for deployment'));
  } else if (Object.entries(selector).some(([name, value]) => labels[name] !== value)) {
    problems.push(invalid('spec.template.metadata.labels', '`selector` does not match template `labels`'));
  }
  const spec = template.spec;
  if ((spec?.restartPolicy || 'Always') !== 'Always') {
    problems.push(invalid('spec.template.spec.restartPolicy', 'must be "Always"'));
  }
  if (spec?.activeDeadlineSeconds != null) {
    problems.push(invalid('spec.template.spec.activeDeadlineSeconds', 'must not be specified'));
  }
  return [...problems, ...containerProblems(spec?.containers ?? [], triggers)];
}

function containerProblems(containers: readonly Container[], triggers: readonly NormalTrigger[]): FieldProblem[] {
  const field = 'spec.template.spec.containers';
  if (containers.length === 0) return [required(field)];
  const filled = new Set(
    triggers.flatMap((t) => (t.type === 'ImageChange' ? (t.imageChangeParams?.containerNames ?? []) : [])),
  );
  return containers.flatMap(({ name, image }, index) => {
    const problems: FieldProblem[] = [];
    if (!name) problems.push(required(`${field}[${index}].name`));
    else if (!isDnsLabel(name)) problems.push(invalid(`${field}[${index}].name`, 'must be a lowercase RFC 1123 label'));
    if (!image && !filled.has(name)) problems.push(required(`${field}[${index}].image`));
    return problems;
  });
}

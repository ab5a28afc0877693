import type { LifecycleHook } from './deployment-config.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';
import { isEnvVarName } from './names.ts';
import type { EnvVar, PodTemplateSpec } from './pod-template.ts';

type Hooks = Readonly<Partial<Record<'pre' | 'mid' | 'post', LifecycleHook | null | undefined>>>;

/** OpenShift: the rules for the hooks of a strategy. `field` is the path of the parameters that hold them. */
export function hookProblems(hooks: Hooks, template: PodTemplateSpec, field: string): FieldProblem[] {
  return Object.entries(hooks).flatMap(([name, hook]) =>
    hook == null ? [] : oneHookProblems(hook, template, `${field}.${name}`),
  );
}

function oneHookProblems(hook: LifecycleHook, template: PodTemplateSpec, field: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!hook.failurePolicy) problems.push(required(`${field}.failurePolicy`));
  const tagImages = hook.tagImages ?? [];
  if (hook.execNewPod && tagImages.length > 0) {
    problems.push(invalid(field, 'must specify either execNewPod or tagImages, but not both'));
  } else if (hook.execNewPod) {
    problems.push(...execProblems(hook.execNewPod, `${field}.execNewPod`));
  } else if (tagImages.length > 0) {
    tagImages.forEach((image, index) => {
      problems.push(...tagImageProblems(image, template, `${field}.tagImages[${index}]`));
    });
  } else {
    problems.push(invalid(field, '<empty>: must specify execNewPod or tagImages'));
  }
  return problems;
}

function execProblems(exec: NonNullable<LifecycleHook['execNewPod']>, field: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if ((exec.command ?? []).length === 0) problems.push(required(`${field}.command`));
  if (!exec.containerName) problems.push(required(`${field}.containerName`));
  problems.push(...envProblems(exec.env ?? [], `${field}.env`));
  (exec.volumes ?? []).forEach((volume, index) => {
    if (volume === '') problems.push(invalid(`${field}.volumes[${index}]`, 'must not be empty'));
  });
  return problems;
}

function tagImageProblems(
  { containerName, to }: NonNullable<LifecycleHook['tagImages']>[number],
  template: PodTemplateSpec,
  field: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const containers = [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])];
  if (!containerName) {
    problems.push(required(`${field}.containerName`));
  } else if (!containers.some(({ name }) => name === containerName)) {
    problems.push(invalid(`${field}.containerName`, `the pod template has no container "${containerName}"`));
  }
  if (to?.kind !== 'ImageStreamTag') problems.push(invalid(`${field}.to.kind`, 'Must be "ImageStreamTag"'));
  if (!to?.name) problems.push(required(`${field}.to.name`));
  return problems;
}

/** Kubernetes: each environment variable needs a name that a shell can use. */
export const envProblems = (env: readonly EnvVar[], field: string): FieldProblem[] =>
  env.flatMap(({ name }, index) => {
    if (!name) return [required(`${field}[${index}].name`)];
    if (isEnvVarName(name)) return [];
    return [
      invalid(`${field}[${index}].name`, 'must be letters, digits, "_", "-" and ".", not beginning with a digit'),
    ];
  });

import type { BuildOutput, CommonBuildSpec } from './build.ts';
import { fromProblems, leavesSource } from './build-reference-validate.ts';
import { buildSourceProblems } from './build-source-validate.ts';
import type { BuildStrategy } from './build-strategy.ts';
import { type FieldProblem, invalid, required } from './field-problem.ts';
import { isEnvVarName } from './names.ts';
import type { EnvVar } from './pod-template.ts';
import { tagNameProblems } from './trigger-validate.ts';

/** OpenShift: bytes of an inline Jenkinsfile. */
const MAX_JENKINSFILE_BYTES = 100_000;

/** What OpenShift's API server would refuse in what a BuildConfig and a Build say alike, after defaults. */
export function buildSpecProblems(spec: CommonBuildSpec): FieldProblem[] {
  const problems = [
    ...strategyProblems(spec.strategy),
    ...buildSourceProblems(spec.source ?? {}, spec.strategy),
    ...outputProblems(spec.output ?? {}),
  ];
  if (spec.completionDeadlineSeconds != null && spec.completionDeadlineSeconds < 1) {
    problems.push(invalid('spec.completionDeadlineSeconds', 'completionDeadlineSeconds must be a positive integer'));
  }
  if (spec.postCommit?.script && (spec.postCommit.command ?? []).length > 0) {
    problems.push(invalid('spec.postCommit', 'cannot use command and script together'));
  }
  return problems;
}

function strategyProblems(strategy: BuildStrategy): FieldProblem[] {
  const { dockerStrategy, sourceStrategy, customStrategy, jenkinsPipelineStrategy } = strategy;
  const given = [dockerStrategy, sourceStrategy, customStrategy, jenkinsPipelineStrategy].filter((one) => one != null);
  const field = 'spec.strategy';
  if (given.length !== 1) {
    const names = 'sourceStrategy, customStrategy, dockerStrategy, or jenkinsPipelineStrategy';
    return [invalid(field, `must provide a value for exactly one of ${names}`)];
  }
  if (dockerStrategy) {
    const at = `${field}.dockerStrategy`;
    return [
      ...(dockerStrategy.from ? fromProblems(dockerStrategy.from, `${at}.from`) : []),
      ...envProblems(dockerStrategy.env, `${at}.env`),
      ...envProblems(dockerStrategy.buildArgs, `${at}.buildArgs`),
      ...dockerfilePathProblems(dockerStrategy.dockerfilePath ?? '', `${at}.dockerfilePath`),
    ];
  }
  if (sourceStrategy) {
    const at = `${field}.sourceStrategy`;
    return [...fromProblems(sourceStrategy.from, `${at}.from`), ...envProblems(sourceStrategy.env, `${at}.env`)];
  }
  if (customStrategy) {
    const at = `${field}.customStrategy`;
    return [...fromProblems(customStrategy.from, `${at}.from`), ...envProblems(customStrategy.env, `${at}.env`)];
  }
  const { jenkinsfile, jenkinsfilePath, env } = jenkinsPipelineStrategy ?? {};
  const at = `${field}.jenkinsPipelineStrategy`;
  const problems = envProblems(env, `${at}.env`);
  if (jenkinsfile && jenkinsfilePath) problems.push(invalid(at, 'must not have both a path and an inline jenkinsfile'));
  if (Buffer.byteLength(jenkinsfile ?? '') > MAX_JENKINSFILE_BYTES) {
    problems.push(invalid(`${at}.jenkinsfile`, `must be smaller than ${MAX_JENKINSFILE_BYTES} bytes`));
  }
  return problems;
}

function outputProblems({ to, imageLabels }: BuildOutput): FieldProblem[] {
  const field = 'spec.output.to';
  const problems = (imageLabels ?? []).flatMap(({ name }, index) =>
    name ? [] : [required(`spec.output.imageLabels[${index}].name`)],
  );
  if (!to) return problems;
  if (to.kind === 'ImageStreamTag') {
    return to.name
      ? [...problems, ...tagNameProblems(to.name, to.namespace ?? '', `${field}.name`)]
      : [...problems, required(`${field}.name`)];
  }
  if (to.kind !== 'DockerImage') {
    return [
      ...problems,
      invalid(`${field}.kind`, 'the target of build output must be an ImageStreamTag or DockerImage'),
    ];
  }
  if (!to.name) problems.push(required(`${field}.name`));
  if (to.namespace) problems.push(invalid(`${field}.namespace`, 'namespace is not valid when used with a DockerImage'));
  return problems;
}

function envProblems(env: readonly EnvVar[] | null | undefined, field: string): FieldProblem[] {
  return (env ?? []).flatMap(({ name, valueFrom }, index) => {
    const at = `${field}[${index}]`;
    if (!name) return [required(`${at}.name`)];
    if (!isEnvVarName(name)) return [invalid(`${at}.name`, 'must be a valid environment variable name')];
    const source = valueFrom as { resourceFieldRef?: unknown } | null | undefined; // only one member is looked for
    if (source?.resourceFieldRef != null) {
      return [invalid(`${at}.valueFrom.resourceFieldRef`, 'valueFrom.resourceFieldRef is not valid')];
    }
    return [];
  });
}

function dockerfilePathProblems(path: string, field: string): FieldProblem[] {
  return leavesSource(path) ? [invalid(field, 'dockerfilePath must not be an absolute path or start with ..')] : [];
}

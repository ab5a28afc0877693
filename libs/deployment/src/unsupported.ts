import type { NormalDeploymentConfig } from '@tagstream/api-types';

/**
 * What a configuration asks for that rollouts cannot do: better a failed rollout that says so than one that silently
 * leaves out a database migration. Undefined when everything is supported.
 */
export function unsupportedFeature(dc: NormalDeploymentConfig): string | undefined {
  const { type, rollingParams, recreateParams } = dc.spec.strategy;
  if (type === 'Custom') return 'unsupported strategy type: Custom';
  const hooks =
    type === 'Rolling'
      ? [rollingParams?.pre, rollingParams?.post]
      : [recreateParams?.pre, recreateParams?.mid, recreateParams?.post];
  return hooks.some((hook) => hook !== undefined && hook !== null) ? 'lifecycle hooks are not supported' : undefined;
}

import type { BuildRequest, EnvVar, NormalBuildStrategy } from '@tagstream/api-types';
import { strategyFrom } from '@tagstream/api-types';
import { BuildError } from './build-error.ts';

/** OpenShift: where a Custom build finds the image that it was started from. */
const CUSTOM_BASE_IMAGE = 'OPENSHIFT_CUSTOM_BUILD_BASE_IMAGE';

/**
 * A strategy with what a request asks for: environment, build arguments, `noCache`, `incremental`. Empty options are harmless
 * whatever the strategy.
 * @param config `namespace/name` of the BuildConfig, for messages
 * @throws BuildError `wrong_strategy` for options of another strategy
 */
export function withRequestOptions(
  strategy: NormalBuildStrategy,
  request: BuildRequest,
  config: string,
): NormalBuildStrategy {
  const { buildArgs, noCache } = request.dockerStrategyOptions ?? {};
  const { incremental } = request.sourceStrategyOptions ?? {};
  if (strategy.type !== 'Docker' && ((buildArgs ?? []).length > 0 || noCache != null)) {
    throw notFor('Docker', config);
  }
  if (strategy.type !== 'Source' && incremental != null) throw notFor('Source', config);

  const env = (own: readonly EnvVar[] | null | undefined) => mergedVariables(own, request.env);
  switch (strategy.type) {
    case 'Docker': {
      const { dockerStrategy } = strategy;
      const args = mergedVariables(dockerStrategy.buildArgs, buildArgs);
      return {
        ...strategy,
        dockerStrategy: {
          ...dockerStrategy,
          ...env(dockerStrategy.env),
          ...(args.env && { buildArgs: args.env }),
          ...(noCache != null && { noCache }),
        },
      };
    }
    case 'Source': {
      const { sourceStrategy } = strategy;
      return {
        ...strategy,
        sourceStrategy: { ...sourceStrategy, ...env(sourceStrategy.env), ...(incremental != null && { incremental }) },
      };
    }
    case 'Custom': {
      const { customStrategy } = strategy;
      const base = { name: CUSTOM_BASE_IMAGE, value: strategyFrom(strategy)?.name ?? '' };
      const { env: asked } = mergedVariables(customStrategy.env, request.env);
      return { ...strategy, customStrategy: { ...customStrategy, ...mergedVariables(asked, [base]) } };
    }
    case 'JenkinsPipeline': {
      const { jenkinsPipelineStrategy } = strategy;
      return {
        ...strategy,
        jenkinsPipelineStrategy: { ...jenkinsPipelineStrategy, ...env(jenkinsPipelineStrategy.env) },
      };
    }
    default:
      return strategy;
  }
}

/** OpenShift: variables of the request replace those of the same name, and stand at the end. */
function mergedVariables(
  own: readonly EnvVar[] | null | undefined,
  asked: readonly EnvVar[] | null | undefined,
): { env?: EnvVar[] } {
  if (asked == null || asked.length === 0) return own ? { env: [...own] } : {};
  const names = new Set(asked.map(({ name }) => name));
  return { env: [...(own ?? []).filter(({ name }) => !names.has(name)), ...asked] };
}

function notFor(type: 'Docker' | 'Source', config: string): BuildError {
  return new BuildError(
    'wrong_strategy',
    `Cannot specify ${type} build specific options on ${config}, not a ${type} build.`,
  );
}

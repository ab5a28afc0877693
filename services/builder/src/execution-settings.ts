import type { BuilderConfig } from './config.ts';
import type { ExecutionSettings } from './execute/build-context.ts';

/** How builds are run here, from the configuration. */
export function executionSettings(config: BuilderConfig, isRoot: boolean): ExecutionSettings {
  const { httpProxy, httpsProxy, noProxy } = config;
  return {
    gitProtocols: config.gitProtocols,
    insecureRegistries: config.insecureRegistries,
    env: {
      PATH: config.path,
      ...(httpProxy && { http_proxy: httpProxy }),
      ...(httpsProxy && { https_proxy: httpsProxy }),
      ...(noProxy && { no_proxy: noProxy }),
    },
    isRoot,
    ownContainer: config.job !== undefined,
  };
}

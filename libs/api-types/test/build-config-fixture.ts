import type { BuildConfig } from '@tagstream/api-types';

/** A BuildConfig with a git source and a Docker strategy; `spec` replaces its fields. */
export function buildConfig(spec: object = {}): BuildConfig {
  return {
    apiVersion: 'build.openshift.io/v1',
    kind: 'BuildConfig',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-1' },
    spec: {
      source: { git: { uri: 'https://git.example.com/shop/web.git' } },
      strategy: { dockerStrategy: {} },
      ...spec,
    },
  };
}

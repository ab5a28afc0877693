import type {
  Build,
  BuildConfig,
  BuildConfigSpec,
  BuildPhase,
  BuildRunPolicy,
  ImageStream,
} from '@tagstream/api-types';

/** The instant of every test that needs one. */
export const NOW = new Date('2026-11-21T10:00:00.000Z');

/** A digest made of one hex digit. */
export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** A BuildConfig `shop/bc` with a Docker strategy and a git source. */
export function config(spec: Partial<BuildConfigSpec> = {}, more: Partial<BuildConfig> = {}): BuildConfig {
  return {
    apiVersion: 'build.openshift.io/v1',
    kind: 'BuildConfig',
    spec: {
      source: { git: { uri: 'https://git.example.com/shop/web.git' } },
      strategy: { dockerStrategy: {} },
      ...spec,
    },
    ...more,
    metadata: { name: 'bc', namespace: 'shop', uid: 'uid-bc', resourceVersion: '1', ...more.metadata },
  };
}

/** A stream whose tag resolves to `registry.example.com/<stream>@<image>`. */
export function stream(name: string, tags: Readonly<Record<string, string>>): ImageStream {
  return {
    metadata: { name, namespace: 'shop' },
    status: {
      tags: Object.entries(tags).map(([tag, image]) => ({
        tag,
        items: [
          {
            created: '2026-11-21T09:00:00.000Z',
            dockerImageReference: `registry.example.com/${name}@${image}`,
            image,
            generation: 1,
          },
        ],
      })),
    },
  };
}

/** A Build of `shop/bc`. */
export function build(number: number, phase: BuildPhase | undefined, policy: BuildRunPolicy = 'Serial'): Build {
  return {
    metadata: {
      name: `bc-${number}`,
      namespace: 'shop',
      uid: `uid-${number}`,
      labels: { buildconfig: 'bc', 'openshift.io/build.start-policy': policy },
      annotations: { 'openshift.io/build-config.name': 'bc', 'openshift.io/build.number': String(number) },
    },
    spec: { strategy: { type: 'Docker', dockerStrategy: {} } },
    ...(phase && { status: { phase } }),
  };
}

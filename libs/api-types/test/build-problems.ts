import { buildConfig } from './build-config-fixture.ts';

const webHook = (body: object | undefined, type = 'GitHub', field = 'github') => ({
  triggers: [{ type, ...(body && { [field]: body }) }],
});
const imageChange = (from: object | null) => ({ type: 'ImageChange', imageChange: { from } });
const source = (more: object) => ({ source: { git: { uri: 'https://git.example.com/a.git' }, ...more } });
const from = (reference: object) => ({ strategy: { dockerStrategy: { from: reference } } });
const to = (reference: object) => ({ output: { to: reference } });
const custom = { customStrategy: { from: { name: 'a:b' } } };
const image = (more: object) => source({ images: [{ from: { name: 'a:b' }, ...more }] });

/**
 * What is wrong, the BuildConfig's fields, the first problem that `validateBuildConfig` has with it, and a part of what the API
 * server says: undefined where the schema cannot say it.
 */
export const buildProblems: readonly (readonly [string, object, string, string | undefined])[] = [
  [
    'a webhook trigger without secret',
    webHook({}),
    'spec.triggers[0].github: must provide a value for at least one of secret or secretReference',
    'spec.triggers[0].github: Invalid value: must provide a value for at least one of secret or secretReference',
  ],
  [
    'a secret reference without name',
    webHook({ secretReference: { name: '' } }, 'Generic', 'generic'),
    'spec.triggers[0].generic.secretReference.name: is required',
    'spec.triggers[0].generic.secretReference.name: Required value: the name of the Secret is required',
  ],
  ...(['github', 'gitlab', 'bitbucket'] as const).map((field, at) => {
    const type = ['GitHub', 'GitLab', 'Bitbucket'][at]!;
    return [
      `${type} with allowEnv`,
      webHook({ secret: 'a', allowEnv: true }, type, field),
      `spec.triggers[0].${field}.allowEnv: git webhooks cannot allow env vars`,
      `spec.triggers[0].${field}.allowEnv: Invalid value: git webhooks cannot allow env vars`,
    ] as const;
  }),
  [
    'a webhook trigger without its body',
    webHook(undefined),
    'spec.triggers[0].github: is required',
    'spec.triggers[0].github: Required value: required for a GitHub trigger',
  ],
  [
    'an old spelling of a webhook trigger without its body',
    { triggers: [{ type: 'generic' }] },
    'spec.triggers[0].generic: is required',
    'spec.triggers[0].generic: Required value: required for a Generic trigger',
  ],
  [
    'an image trigger of another kind',
    { triggers: [imageChange({ kind: 'DockerImage', name: 'a:b' })] },
    'spec.triggers[0].imageChange.from.kind: only ImageStreamTag references are supported for imageChange triggers',
    'spec.triggers[0].imageChange.from.kind: Invalid value: only ImageStreamTag references are supported',
  ],
  [
    'an image trigger that follows no tag',
    { triggers: [imageChange({ kind: 'ImageStreamTag', name: 'a' })] },
    'spec.triggers[0].imageChange.from.name: must be in the form of <name>:<tag>',
    'spec.triggers[0].imageChange.from.name: Invalid value: must be in the form of <name>:<tag>',
  ],
  [
    'two image triggers for one tag',
    {
      triggers: [
        imageChange({ kind: 'ImageStreamTag', name: 'a:b' }),
        imageChange({ kind: 'ImageStreamTag', namespace: 'shop', name: 'a:b' }),
      ],
    },
    'spec.triggers[1].imageChange.from: multiple ImageChange triggers refer to the same image stream tag shop/a:b',
    undefined,
  ],
  [
    'an unknown run policy',
    { runPolicy: 'Random' },
    'spec.runPolicy: run policy must',
    'spec.runPolicy: Invalid value: run policy must be',
  ],
  [
    'no strategy',
    { strategy: {} },
    'spec.strategy: must provide a value for exactly one of',
    'spec.strategy: Invalid value: must provide a value for exactly one of',
  ],
  [
    'two strategies',
    { strategy: { dockerStrategy: {}, ...custom } },
    'spec.strategy: must provide a value for exactly one of',
    'spec.strategy: Invalid value: must provide a value for exactly one of',
  ],
  [
    'git and binary',
    source({ binary: {} }),
    'spec.source.binary: may not be set when git is also set',
    'spec.source.binary: Invalid value: may not be set when git is also set',
  ],
  [
    'a Docker strategy without source',
    { source: {} },
    'spec.source: must provide a value for at least one source input (git, binary, dockerfile, images)',
    'spec.source: Invalid value: must provide a value for at least one source input',
  ],
  [
    'no git uri',
    { source: { git: { uri: '' } } },
    'spec.source.git.uri: is required',
    'spec.source.git.uri: Invalid value',
  ],
  [
    'a git uri that is none',
    { source: { git: { uri: 'a b' } } },
    'spec.source.git.uri: uri is not a valid url',
    undefined,
  ],
  [
    'a proxy that is no url',
    { source: { git: { uri: 'https://a/b', httpProxy: 'x' } } },
    'spec.source.git.httpProxy: proxy is not',
    undefined,
  ],
  [
    'an inline Dockerfile of 60001 bytes',
    { source: { dockerfile: 'x'.repeat(60_001) } },
    'spec.source.dockerfile: must be smaller than 60000 bytes',
    'spec.source.dockerfile: Too long: may not be more than 60000',
  ],
  [
    'an inline Jenkinsfile of 100001 bytes',
    { strategy: { jenkinsPipelineStrategy: { jenkinsfile: 'x'.repeat(100_001) } } },
    'spec.strategy.jenkinsPipelineStrategy.jenkinsfile: must be smaller than 100000 bytes',
    'jenkinsfile: Too long: may not be more than 100000',
  ],
  [
    'a Jenkinsfile twice',
    { strategy: { jenkinsPipelineStrategy: { jenkinsfile: 'x', jenkinsfilePath: 'y' } } },
    'spec.strategy.jenkinsPipelineStrategy: must not have both a path and an inline jenkinsfile',
    undefined,
  ],
  [
    'an environment variable with an impossible name',
    { strategy: { dockerStrategy: { env: [{ name: '1 2' }] } } },
    'spec.strategy.dockerStrategy.env[0].name: must be a valid environment variable name',
    undefined,
  ],
  [
    'an environment variable from the resources of a pod',
    {
      strategy: {
        dockerStrategy: { env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }] },
      },
    },
    'spec.strategy.dockerStrategy.env[0].valueFrom.resourceFieldRef: valueFrom.resourceFieldRef is not valid',
    undefined,
  ],
  [
    'an output of another kind',
    to({ kind: 'Pod', name: 'a:b' }),
    'spec.output.to.kind: the target of build output',
    'spec.output.to.kind: Invalid value: the target of build output',
  ],
  [
    'an output without name',
    to({ kind: 'ImageStreamTag' }),
    'spec.output.to.name: is required',
    'spec.output.to.name: Required value',
  ],
  [
    'an output that is no tag',
    to({ kind: 'ImageStreamTag', name: 'a' }),
    'spec.output.to.name: must be in the form of',
    'spec.output.to.name: Invalid value: must be in the form of',
  ],
  [
    'a DockerImage with a namespace',
    to({ kind: 'DockerImage', name: 'a:b', namespace: 'c' }),
    'spec.output.to.namespace: namespace is not valid when used with a DockerImage',
    'spec.output.to.namespace: Invalid value: namespace is not valid when used with a DockerImage',
  ],
  [
    'a base image of another kind',
    from({ kind: 'Pod', name: 'a:b' }),
    'spec.strategy.dockerStrategy.from.kind: the referenced',
    'spec.strategy.dockerStrategy.from.kind: Invalid value: the referenced',
  ],
  [
    'a base image without name',
    from({ kind: 'DockerImage' }),
    'spec.strategy.dockerStrategy.from.name: is required',
    'spec.strategy.dockerStrategy.from.name: Required value',
  ],
  [
    'a base image that is no stream image',
    from({ kind: 'ImageStreamImage', name: 'a:b' }),
    'spec.strategy.dockerStrategy.from.name: must be in the form of <name>@<id>',
    undefined,
  ],
  [
    'a Dockerfile outside the source',
    { strategy: { dockerStrategy: { dockerfilePath: '../Dockerfile' } } },
    'spec.strategy.dockerStrategy.dockerfilePath: dockerfilePath must not be an absolute path or start with ..',
    'spec.strategy.dockerStrategy.dockerfilePath: Invalid value: dockerfilePath must not be',
  ],
  [
    'a negative history',
    { failedBuildsHistoryLimit: -1 },
    'spec.failedBuildsHistoryLimit: must be greater than',
    'failedBuildsHistoryLimit in body should be greater than or equal to 0',
  ],
  [
    'a deadline of zero',
    { completionDeadlineSeconds: 0 },
    'spec.completionDeadlineSeconds: completionDeadlineSeconds must be a positive',
    'completionDeadlineSeconds in body should be greater than or equal to 1',
  ],
  [
    'a hook with script and command',
    { postCommit: { script: 'a', command: ['b'] } },
    'spec.postCommit: cannot use command and script together',
    'spec.postCommit: Invalid value: cannot use command and script together',
  ],
  [
    'a context directory outside',
    source({ contextDir: '../a' }),
    'spec.source.contextDir: context dir must not',
    'spec.source.contextDir: Invalid value: context dir must not',
  ],
  [
    'a context directory outside by a detour',
    source({ contextDir: 'a/../../b' }),
    'spec.source.contextDir: context dir must not',
    undefined,
  ],
  [
    'an image source of nothing',
    image({}),
    'spec.source.images[0].paths: must be set or as must be set',
    'spec.source.images[0].paths: Required value: paths or as is required',
  ],
  [
    'a relative source path',
    image({ paths: [{ sourcePath: 'a', destinationDir: 'b' }] }),
    'spec.source.images[0].paths[0].sourcePath: must be an absolute path',
    'sourcePath: Invalid value: must be an absolute path',
  ],
  [
    'an absolute destination',
    image({ paths: [{ sourcePath: '/a', destinationDir: '/b' }] }),
    'spec.source.images[0].paths[0].destinationDir: must be a relative path',
    undefined,
  ],
  [
    'one name for two image sources',
    image({ as: ['x', 'x'] }),
    'spec.source.images[0].as[1]: x is named more than once',
    undefined,
  ],
  [
    'a file name with a slash',
    { source: { binary: { asFile: 'a/b' } } },
    'spec.source.binary.asFile: file name may not contain',
    'spec.source.binary.asFile: Invalid value: file name may not contain',
  ],
  [
    'a secret whose files leave the source',
    source({ secrets: [{ secret: { name: 'a' }, destinationDir: '../b' }] }),
    'spec.source.secrets[0].destinationDir: must be a relative path',
    undefined,
  ],
  [
    'a config map without name',
    source({ configMaps: [{ configMap: {} }] }),
    'spec.source.configMaps[0].configMap.name: is required',
    undefined,
  ],
];

/** The rows as objects that can be created. */
export const wrongBuildConfig = (spec: object) => ({ ...buildConfig(spec), metadata: { name: 'web' } });

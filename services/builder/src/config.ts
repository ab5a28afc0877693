import { commonFields, defineConfig, field } from '@tagstream/service';
import { Type } from 'typebox';

/** Configuration of the builder. */
export const config = defineConfig({
  ...commonFields,
  namespace: field({
    env: 'TAGSTREAM_NAMESPACE',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Only Builds of this namespace are run; all namespaces when not set',
  }),
  executor: field({
    env: 'TAGSTREAM_BUILDER_EXECUTOR',
    schema: Type.Union([Type.Literal('process'), Type.Literal('job')]),
    default: 'process',
    description:
      'Where builds run: as processes of this machine, with little to keep them from it; or each as a Kubernetes Job of its own',
  }),
  concurrency: field({
    env: 'TAGSTREAM_BUILDER_CONCURRENCY',
    schema: Type.Integer({ minimum: 1, maximum: 256 }),
    default: 2,
    description: 'Builds that run here at the same time; with Jobs: that are started at the same time',
  }),
  workDir: field({
    env: 'TAGSTREAM_BUILDER_WORK_DIR',
    schema: Type.String({ pattern: '^/[A-Za-z0-9._/-]*$' }),
    default: '/tmp/tagstream-builder',
    description: 'Directory for sources and layers of running builds, of this replica alone; a path without spaces',
  }),
  lease: field({
    env: 'TAGSTREAM_BUILDER_LEASE_SECONDS',
    schema: Type.Integer({ minimum: 2, maximum: 300 }),
    default: 30,
    description:
      'Without a sign of life for so long a replica is taken for dead, and others run its builds again; the same for all',
  }),
  insecureRegistries: field({
    env: 'TAGSTREAM_INSECURE_REGISTRIES',
    schema: Type.Array(Type.String({ pattern: '^[^\\s/"]+$' })),
    default: [],
    description:
      'Registries, each host[:port], that are pushed to and pulled from without TLS or with any certificate; those of this machine always are',
  }),
  gitProtocols: field({
    env: 'TAGSTREAM_BUILDER_GIT_PROTOCOLS',
    schema: Type.Array(
      Type.Union([
        Type.Literal('https'),
        Type.Literal('http'),
        Type.Literal('ssh'),
        Type.Literal('git'),
        Type.Literal('file'),
      ]),
    ),
    default: ['https', 'http', 'ssh', 'git'],
    description: 'How sources may be fetched; file reads repositories of the machine that builds',
  }),
  jobImage: field({
    env: 'TAGSTREAM_BUILDER_IMAGE',
    schema: Type.String({ minLength: 1 }),
    default: 'tagstream/builder',
    description: 'Image of the Jobs: this very program with buildah and git',
  }),
  jobNatsUrl: field({
    env: 'TAGSTREAM_BUILDER_JOB_NATS_URL',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    secret: true,
    description: 'Address of NATS for the Jobs, which only store logs; that of this service when not set',
  }),
  jobUserNamespace: field({
    env: 'TAGSTREAM_BUILDER_USER_NAMESPACES',
    schema: Type.Boolean(),
    default: true,
    description:
      'Jobs run with hostUsers: false: root of a build is an ordinary user of its node; needs Kubernetes 1.33 and a runtime that can',
  }),
  job: field({
    env: 'TAGSTREAM_BUILDER_JOB',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Set in the pods of Jobs: the name of the Job',
  }),
  jobInputs: field({
    env: 'TAGSTREAM_BUILDER_INPUTS',
    schema: Type.String({ minLength: 1 }),
    default: '/var/run/secrets/tagstream.io/inputs',
    description: 'In the pods of Jobs: where the Secrets and ConfigMaps of the Build are mounted',
  }),
  jobAccountSecrets: field({
    env: 'TAGSTREAM_BUILDER_ACCOUNT_SECRETS',
    schema: Type.Array(Type.String({ minLength: 1 })),
    default: [],
    description: "Set in the pods of Jobs: the Secrets of the Build's service account",
  }),
  path: field({
    env: 'PATH',
    schema: Type.String(),
    default: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    description: 'Where buildah, git and ssh are found',
  }),
  httpProxy: field({
    env: 'HTTP_PROXY',
    schema: Type.String({ pattern: '^https?://' }),
    optional: true,
    secret: true,
    description: 'Proxy of builds for what has no TLS; passed on to the commands of Dockerfiles',
  }),
  httpsProxy: field({
    env: 'HTTPS_PROXY',
    schema: Type.String({ pattern: '^https?://' }),
    optional: true,
    secret: true,
    description: 'Proxy of builds for what has TLS; passed on to the commands of Dockerfiles',
  }),
  noProxy: field({
    env: 'NO_PROXY',
    schema: Type.String(),
    optional: true,
    description: 'Hosts that builds reach without a proxy',
  }),
});

export type BuilderConfig = ReturnType<typeof config.parse>;

import { field } from '@tagstream/service';
import { Type } from 'typebox';

/** `namespace/name` */
const ObjectName = Type.String({ pattern: '^[a-z0-9-]+/[a-z0-9.-]+$' });
/** A host that an image reference can begin with: without a dot or a port it would be taken for a part of the path. */
export const RegistryHost = Type.String({ pattern: '^([^\\s/]*[.:][^\\s/]*|localhost)$' });
const Path = Type.String({ minLength: 1 });

/** How registries are reached: spread into the configuration of the service. */
export const accessFields = {
  pullSecrets: field({
    env: 'TAGSTREAM_PULL_SECRETS',
    schema: Type.Boolean(),
    default: true,
    description: 'Uses the pull secrets in the namespace of each ImageStream; needs the right to read Secrets there',
  }),
  clusterPullSecret: field({
    env: 'TAGSTREAM_CLUSTER_PULL_SECRET',
    schema: ObjectName,
    optional: true,
    description: 'Secret, as namespace/name, with credentials for every namespace; those of a namespace come first',
  }),
  dockerConfig: field({
    env: 'TAGSTREAM_DOCKER_CONFIG',
    schema: Path,
    optional: true,
    description: 'Path of a docker config file with credentials for every namespace; Secrets come first',
  }),
  cloudCredentials: field({
    env: 'TAGSTREAM_CLOUD_CREDENTIALS',
    schema: Type.Array(
      Type.Union([Type.Literal('ecr'), Type.Literal('google'), Type.Literal('azure'), Type.Literal('none')]),
    ),
    default: ['ecr', 'google', 'azure'],
    description: 'Clouds whose registries are asked as the identity of this process when no Secret has a credential',
  }),
  registryCaConfigMap: field({
    env: 'TAGSTREAM_REGISTRY_CA_CONFIGMAP',
    schema: ObjectName,
    optional: true,
    description: 'ConfigMap, as namespace/name, of certificate authorities; keys are hosts, `host..port` with a port',
  }),
  registryCaSecret: field({
    env: 'TAGSTREAM_REGISTRY_CA_SECRET',
    schema: ObjectName,
    optional: true,
    description: 'Secret, as namespace/name, of certificate authorities, keys as in the ConfigMap',
  }),
  registryCaDir: field({
    env: 'TAGSTREAM_REGISTRY_CA_DIR',
    schema: Path,
    optional: true,
    description: 'Directory of certificate authorities, files named like the keys of the ConfigMap',
  }),
  allowedRegistries: field({
    env: 'TAGSTREAM_ALLOWED_REGISTRIES',
    schema: Type.Array(Type.String({ pattern: '^[^\\s:/=]+(:[\\d*?]+)?(=insecure)?$' })),
    default: [],
    description: 'Registries that may be imported from, each domain[:port][=insecure] with * and ?; all when empty',
  }),
  blockedRegistries: field({
    env: 'TAGSTREAM_BLOCKED_REGISTRIES',
    schema: Type.Array(Type.String({ pattern: '^[^\\s/=]+$' })),
    default: [],
    description: 'Registries that are never asked, each a host with its port if it has one, with * and ?',
  }),
  ownRegistry: field({
    env: 'TAGSTREAM_REGISTRY_HOST',
    schema: RegistryHost,
    optional: true,
    description:
      "Host of the cluster's own registry as workloads and this service reach it: pushes to `<host>/<namespace>/<stream>` fill that ImageStream; always allowed",
  }),
  registryMirrors: field({
    env: 'TAGSTREAM_REGISTRY_MIRRORS',
    schema: Path,
    optional: true,
    description: 'Path of a YAML file of mirrors',
  }),
  httpProxy: field({
    env: 'HTTP_PROXY',
    schema: Type.String({ pattern: '^https?://' }),
    optional: true,
    secret: true,
    description: 'Proxy for registries without TLS, and with TLS where HTTPS_PROXY is not set',
  }),
  httpsProxy: field({
    env: 'HTTPS_PROXY',
    schema: Type.String({ pattern: '^https?://' }),
    optional: true,
    secret: true,
    description: 'Proxy for registries with TLS, through CONNECT',
  }),
  noProxy: field({
    env: 'NO_PROXY',
    schema: Type.String(),
    optional: true,
    description: 'Hosts that are reached without a proxy: names, .suffixes, host:port, or *; no address ranges',
  }),
} as const;

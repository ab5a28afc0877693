import { commonFields, defineConfig, field } from '@tagstream/service';
import { Type } from 'typebox';
import { DURATION_PATTERN } from './duration.ts';
import { imageFields } from './images/start-images.ts';
import { ownRegistryFields } from './own-registry/own-registry.ts';
import { accessFields } from './registry-access/access-config.ts';
import { LIMITS_PATTERN } from './registry-policy.ts';
import { repositoryFields } from './repositories/start-repositories.ts';

/** Configuration of the poller. */
export const config = defineConfig({
  ...commonFields,
  namespace: field({
    env: 'TAGSTREAM_NAMESPACE',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Only ImageStreams of this namespace are looked after; all namespaces when not set',
  }),
  pollInterval: field({
    env: 'TAGSTREAM_POLL_INTERVAL',
    schema: Type.String({ pattern: DURATION_PATTERN }),
    default: '15m',
    description:
      'How often a tag with importPolicy.scheduled is looked at, where its stream does not ask for another interval: a number with s, m or h',
  }),
  pollIntervalFloor: field({
    env: 'TAGSTREAM_POLL_INTERVAL_FLOOR',
    schema: Type.String({ pattern: DURATION_PATTERN }),
    default: '10s',
    description:
      'Shortest interval that a stream can ask for by annotation; a shorter TAGSTREAM_POLL_INTERVAL is the floor itself',
  }),
  registryConcurrency: field({
    env: 'TAGSTREAM_REGISTRY_CONCURRENCY',
    schema: Type.Integer({ minimum: 1, maximum: 1000 }),
    default: 8,
    description: 'Questions asked of one registry at the same time, by all replicas together',
  }),
  registryRate: field({
    env: 'TAGSTREAM_REGISTRY_RATE',
    schema: Type.Integer({ minimum: 1, maximum: 100_000 }),
    default: 100,
    description: 'Questions asked of one registry in a second, by all replicas together',
  }),
  registryLimits: field({
    env: 'TAGSTREAM_REGISTRY_LIMITS',
    schema: Type.Array(Type.String({ pattern: LIMITS_PATTERN })),
    default: [],
    description:
      'Limits of single registries, separated by commas: a host, then concurrency, rate or floor (shortest interval). Docker Hub has "docker.io floor=5m rate=10" unless it is named here',
  }),
  lease: field({
    env: 'TAGSTREAM_LEASE',
    schema: Type.String({ pattern: DURATION_PATTERN }),
    default: '10s',
    description:
      'Without a sign of life for so long a replica is taken for dead, and others check its share; the same for all',
  }),
  replica: field({
    env: 'TAGSTREAM_REPLICA',
    schema: Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
    optional: true,
    description: 'Name of this replica among the others, the same for no two that run; made up at start when not set',
  }),
  platformArchitecture: field({
    env: 'TAGSTREAM_PLATFORM_ARCHITECTURE',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description:
      "Architecture to choose from a multi-architecture image when the tag's annotations name none; that of the poller when not set",
  }),
  platformOs: field({
    env: 'TAGSTREAM_PLATFORM_OS',
    schema: Type.String({ minLength: 1 }),
    default: 'linux',
    description: "Operating system to choose from such an image when the tag's annotations name none",
  }),
  ...accessFields,
  ...ownRegistryFields,
  ...repositoryFields,
  ...imageFields,
});

export type PollerConfig = ReturnType<typeof config.parse>;

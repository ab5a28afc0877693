import { commonFields, defineConfig, field } from '@tagstream/service';
import { Type } from 'typebox';

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
    schema: Type.String({ pattern: '^[1-9]\\d*(s|m|h)$' }),
    default: '15m',
    description: 'How often a tag with importPolicy.scheduled is looked at: a number with s, m or h',
  }),
  registryConcurrency: field({
    env: 'TAGSTREAM_REGISTRY_CONCURRENCY',
    schema: Type.Integer({ minimum: 1, maximum: 100 }),
    default: 8,
    description: 'Questions asked of one registry at the same time',
  }),
  platformArchitecture: field({
    env: 'TAGSTREAM_PLATFORM_ARCHITECTURE',
    schema: Type.String({ minLength: 1 }),
    default: process.arch === 'x64' ? 'amd64' : process.arch,
    description: "Architecture to choose from a multi-architecture image when the tag's annotations name none",
  }),
  platformOs: field({
    env: 'TAGSTREAM_PLATFORM_OS',
    schema: Type.String({ minLength: 1 }),
    default: 'linux',
    description: "Operating system to choose from such an image when the tag's annotations name none",
  }),
  dockerConfig: field({
    env: 'TAGSTREAM_DOCKER_CONFIG',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Path of a docker config file with credentials for registries',
  }),
});

export type PollerConfig = ReturnType<typeof config.parse>;

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration as the configuration writes it: `15m`. */
export function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  return Number(count) * (UNITS_MS[unit ?? ''] ?? Number.NaN);
}

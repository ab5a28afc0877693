import { commonFields, defineConfig, field } from '@tagstream/service';
import { Type } from 'typebox';

/** Configuration of the builds service. */
export const config = defineConfig({
  ...commonFields,
  namespace: field({
    env: 'TAGSTREAM_NAMESPACE',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Only objects of this namespace are looked after; all namespaces when not set',
  }),
  resyncSeconds: field({
    env: 'TAGSTREAM_RESYNC_SECONDS',
    schema: Type.Integer({ minimum: 1 }),
    default: 600,
    description: 'How often every BuildConfig is looked at even when nothing seems to have happened',
  }),
  concurrency: field({
    env: 'TAGSTREAM_BUILDS_CONCURRENCY',
    schema: Type.Integer({ minimum: 1, maximum: 256 }),
    default: 16,
    description: 'BuildConfigs that are worked on at the same time',
  }),
  cancelGraceSeconds: field({
    env: 'TAGSTREAM_BUILD_CANCEL_GRACE_SECONDS',
    schema: Type.Integer({ minimum: 1 }),
    default: 120,
    description: 'How long whoever runs a cancelled Build may take to end it before it counts as ended',
  }),
});

export type BuildsConfig = ReturnType<typeof config.parse>;

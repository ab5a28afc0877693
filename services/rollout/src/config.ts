import { commonFields, defineConfig, field } from '@tagstream/service';
import { Type } from 'typebox';

/** Configuration of the rollout service. */
export const config = defineConfig({
  ...commonFields,
  namespace: field({
    env: 'TAGSTREAM_NAMESPACE',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description: 'Only objects of this namespace are looked after; all namespaces when not set',
  }),
  checkPullPermission: field({
    env: 'TAGSTREAM_CHECK_PULL_PERMISSION',
    schema: Type.Boolean(),
    default: true,
    description:
      'Takes images from streams of another namespace only where that allows the service accounts of this one to get imagestreams/layers',
  }),
  resyncSeconds: field({
    env: 'TAGSTREAM_RESYNC_SECONDS',
    schema: Type.Integer({ minimum: 1 }),
    default: 600,
    description: 'How often every DeploymentConfig is looked at even when nothing seems to have happened',
  }),
  concurrency: field({
    env: 'TAGSTREAM_ROLLOUT_CONCURRENCY',
    schema: Type.Integer({ minimum: 1, maximum: 256 }),
    default: 16,
    description: 'DeploymentConfigs that are worked on at the same time',
  }),
});

export type RolloutConfig = ReturnType<typeof config.parse>;

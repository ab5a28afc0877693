import { commonFields, defineConfig, field } from '@tagstream/service';
import { Type } from 'typebox';
import { admissionFields } from './admission/admission-config.ts';

/** Configuration of the webhooks service. */
export const config = defineConfig({
  ...commonFields,
  httpPort: field({
    env: 'TAGSTREAM_HTTP_PORT',
    schema: Type.Integer({ minimum: 0, maximum: 65535 }),
    default: 8081,
    description: 'Port that the hooks are on; 0 takes a free one',
  }),
  httpHost: field({
    env: 'TAGSTREAM_HTTP_HOST',
    schema: Type.String({ minLength: 1 }),
    default: '0.0.0.0',
    description: 'Address that the hooks listen on',
  }),
  secrets: field({
    env: 'TAGSTREAM_WEBHOOK_SECRETS',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    secret: true,
    description:
      'Secrets that senders may show, separated by commas or lines; two at a time make a rotation possible. Required ' +
      'unless TAGSTREAM_RECEIVERS is set or TAGSTREAM_WEBHOOK_ALLOW_ANYBODY is true',
  }),
  allowAnybody: field({
    env: 'TAGSTREAM_WEBHOOK_ALLOW_ANYBODY',
    schema: Type.Boolean(),
    default: false,
    description: 'Takes notifications without a secret, where only senders can reach the hooks',
  }),
  receivers: field({
    env: 'TAGSTREAM_RECEIVERS',
    schema: Type.String({ minLength: 1 }),
    optional: true,
    description:
      'Path of the YAML file that lists the receivers: which senders may send, how they prove it, and what about. Changes ' +
      'are taken up without a restart. Without it there is one receiver for each kind of sender, named like it',
  }),
  trustedProxies: field({
    env: 'TAGSTREAM_TRUSTED_PROXIES',
    schema: Type.Array(Type.String({ minLength: 1 })),
    default: [],
    description:
      'Networks of the proxies in front of the hooks, whose X-Forwarded-For is believed: 10.0.0.0/8,fd00::/8. Without ' +
      'them the proxy is taken for the sender',
  }),
  ratePerSecond: field({
    env: 'TAGSTREAM_WEBHOOK_RATE_PER_SECOND',
    schema: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    default: 1000,
    description:
      'Requests that one source address may send per second, four times as many in a burst; 0 for any number',
  }),
  registryAliases: field({
    env: 'TAGSTREAM_REGISTRY_ALIASES',
    schema: Type.String(),
    default: '',
    description:
      'internal-host=external-host pairs separated by commas: the names by which registries call themselves, and the ' +
      'names by which ImageStreams refer to them',
  }),
  gitHooks: field({
    env: 'TAGSTREAM_GIT_HOOKS',
    schema: Type.Boolean(),
    default: false,
    description: 'Takes the hooks of BuildConfigs, at the addresses that OpenShift has for them; needs the API server',
  }),
  ...admissionFields,
});

export type WebhooksConfig = ReturnType<typeof config.parse>;

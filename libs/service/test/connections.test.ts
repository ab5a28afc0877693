import { commonFields, defineConfig, kubeOptions, natsOptions } from '@tagstream/service';
import { expect, test } from 'vitest';

const { signal } = new AbortController();
const contextOf = (env: Record<string, string>) => ({
  name: 'poller',
  config: defineConfig(commonFields).parse(env),
  signal,
});

test('a service is called by its name in NATS and in the cluster, and finds both where the environment says', () => {
  const context = contextOf({
    NATS_URL: 'nats://bus:4222',
    NATS_CREDS: '/creds/poller.creds',
    TAGSTREAM_PREFIX: 'shop',
    KUBECONFIG: '/home/.kube/config',
  });
  expect(natsOptions(context)).toEqual({
    servers: 'nats://bus:4222',
    name: 'poller',
    prefix: 'shop',
    credsFile: '/creds/poller.creds',
    signal,
  });
  expect(kubeOptions(context)).toEqual({ userAgent: 'tagstream-poller', kubeconfig: '/home/.kube/config' });
});

test('without a word of the environment there are no credentials, and the cluster is left to be found', () => {
  const context = contextOf({});
  expect(natsOptions(context)).toMatchObject({ prefix: 'tagstream', credsFile: undefined });
  expect(kubeOptions(context)).toEqual({ userAgent: 'tagstream-poller' });
});

import { freePort, type ServiceProcess, startRegistry, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CREATED_FOR } from '../../src/own-registry/create-stream.ts';
import { type Cluster, startCluster } from '../cluster.ts';
import { createPollerAccount } from '../registry-access/poller-account.ts';
import { envOf, host, type Shop, shopIn } from './shop.ts';

const patience = { timeout: 20_000 };

describe('a push to a stream that does not exist', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let shop: Shop;
  let poller: ServiceProcess;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    shop = shopIn(cluster);
    // With the rights of the manifests and no others.
    const account = stack.use(await createPollerAccount(cluster.kube, cluster.namespace, inject('kubeconfig')));
    const env = envOf(cluster, { TAGSTREAM_POLL_INTERVAL: '1s' });
    stack.use(await startService('trigger', env));
    poller = stack.use(await startService('poller', { ...env, KUBECONFIG: account.kubeconfig }));
  });
  afterAll(() => stack.disposeAsync());

  const announce = (name: string, tag: string, digest: string) =>
    cluster.announce(host, shop.path(name), tag, { digest });
  const refusal = async (stream: string) => {
    const isRefusal = 'push creates no ImageStream';
    return (await poller.logged(({ message, stream: about }) => message === isRefusal && about === stream)).why;
  };

  test('creates none where the namespace does not allow it, and does where it does, announced or not', async () => {
    const early = await shop.push('early', 'v1', 'early');
    await announce('early', 'v1', early);
    expect(await refusal('early')).toBe('not-allowed');
    expect(await shop.read('early')).toBeUndefined();

    await shop.label('true');
    await expect.poll(() => shop.history('early', 'v1'), patience).toEqual([early]);
    expect((await shop.read('early'))?.metadata.annotations).toEqual({
      [CREATED_FOR]: `${host}/${shop.path('early')}:v1`,
    });

    const digest = await shop.push('fresh', 'v1', 'fresh');
    await announce('fresh', 'v1', digest);
    await expect.poll(() => shop.history('fresh', 'v1'), patience).toEqual([digest]);
    expect((await shop.read('fresh'))?.spec).toEqual({});

    const silent = await shop.push('silent', 'v1', 'silent');
    await expect.poll(() => shop.history('silent', 'v1'), patience).toEqual([silent]);
  });

  test('creates none for a name that no stream can have, or for what the registry does not have', async () => {
    await shop.label('true');
    await announce('under_score', 'v1', await shop.push('under_score', 'v1', 'x'));
    expect(await refusal('under_score')).toBe('invalid-name');
    await cluster.announce(host, shop.path('forged'), 'v1');
    const real = await shop.push('real', 'v1', 'real');
    await announce('real', 'v1', real);
    await expect.poll(() => shop.history('real', 'v1'), patience).toEqual([real]);
    expect(await shop.read('forged')).toBeUndefined();
  });
});

test("the registry's own notifications, under its public name, create the stream and fill its tag", async () => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/hooks/distribution`;
  const registry = stack.use(await startRegistry({ notifications: { url, authorization: 'Bearer s3cret' } }));
  const shop = shopIn(cluster, registry.host);
  // The cluster's own name for it is one that the machine resolves as well.
  const internal = `localhost:${registry.port}`;
  const env = envOf(cluster, {
    TAGSTREAM_POLL_INTERVAL: '24h',
    TAGSTREAM_REGISTRY_HOST: internal,
    TAGSTREAM_REGISTRY_PUBLIC_HOST: registry.host,
  });
  const hooks = {
    TAGSTREAM_HTTP_HOST: '127.0.0.1',
    TAGSTREAM_HTTP_PORT: String(port),
    TAGSTREAM_WEBHOOK_SECRETS: 's3cret',
  };
  stack.use(await startService('trigger', env));
  stack.use(await startService('poller', { ...env, TAGSTREAM_CREATE_STREAMS: 'all' }));
  stack.use(await startService('webhooks', { ...env, ...hooks }));

  const digests: string[] = [];
  for (const version of ['one', 'two', 'three']) {
    digests.unshift(await shop.push('web', 'latest', version));
    await expect.poll(() => shop.history('web', 'latest'), patience).toEqual(digests);
  }
  const [tag] = (await shop.read('web'))?.status?.tags ?? [];
  expect(tag?.items?.[0]?.dockerImageReference).toBe(`${internal}/${shop.path('web')}@${digests[0]}`);
  expect((await shop.read('web'))?.status).toMatchObject({
    dockerImageRepository: `${internal}/${shop.path('web')}`,
    publicDockerImageRepository: `${registry.host}/${shop.path('web')}`,
  });
});

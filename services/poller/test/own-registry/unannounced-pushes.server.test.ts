import { startService } from '@tagstream/servers';
import { deleteTag } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from '../cluster.ts';
import { envOf, host, type Shop, shopIn } from './shop.ts';

const patience = { timeout: 20_000 };

describe('a push that nobody announced', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let shop: Shop;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    shop = shopIn(cluster);
    const env = envOf(cluster, { TAGSTREAM_POLL_INTERVAL: '1s' });
    stack.use(await startService('trigger', env));
    stack.use(await startService('poller', env));
  });
  afterAll(() => stack.disposeAsync());

  test('is found at the next turn, also to a tag that is new, and a tag that is deleted keeps its history', async () => {
    const first = await shop.push('web', 'v1', 'first');
    await shop.create('web');
    await expect.poll(() => shop.history('web', 'v1'), patience).toEqual([first]);
    const second = await shop.push('web', 'v1', 'second');
    const other = await shop.push('web', 'v2', 'other');
    await expect.poll(() => shop.history('web', 'v1'), patience).toEqual([second, first]);
    await expect.poll(() => shop.history('web', 'v2'), patience).toEqual([other]);
    expect(cluster.pollsOf('web').every(({ cause }) => cause === 'schedule')).toBe(true);

    await deleteTag(host, shop.path('web'), 'v1');
    const third = await shop.push('web', 'v2', 'third');
    await expect.poll(() => shop.history('web', 'v2'), patience).toEqual([third, other]);
    expect(await shop.history('web', 'v1')).toEqual([second, first]);
    expect((await shop.read('web'))?.status?.tags?.find(({ tag }) => tag === 'v1')?.conditions).toBeUndefined();
  });

  test('into a tag with another source is not found, before one was announced', async () => {
    const source = await shop.push('source', 'stable', 'source');
    await shop.push('sourced', 'latest', 'older than the stream');
    const beside = await shop.push('sourced', 'beside', 'beside');
    await shop.create('sourced', [
      {
        name: 'latest',
        from: { kind: 'DockerImage', name: `${host}/${shop.path('source')}:stable` },
        importPolicy: { insecure: true },
      },
    ]);
    await expect.poll(() => shop.history('sourced', 'beside'), patience).toEqual([beside]);
    await expect.poll(() => shop.history('sourced', 'latest'), patience).toEqual([source]);
    const announced = await shop.push('sourced', 'latest', 'announced');
    await cluster.announce(host, shop.path('sourced'), 'latest', { digest: announced });
    await expect.poll(() => shop.history('sourced', 'latest'), patience).toEqual([announced, source]);
    const silent = await shop.push('sourced', 'latest', 'silent');
    await expect.poll(() => shop.history('sourced', 'latest'), patience).toEqual([silent, announced, source]);
  });
});

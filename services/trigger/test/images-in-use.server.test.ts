import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { digest, follows } from './support/streams.ts';
import { FIRST_IMAGE, triggers } from './support/workloads.ts';

const patience = { timeout: 15_000 };
const imageOf = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

describe('a history of at most three items', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    stack.use(await startService('trigger', { ...cluster.env, TAGSTREAM_HISTORY_LIMIT: '3' }));
  });
  afterAll(() => stack.disposeAsync());

  async function push(stream: string, hexDigits: string): Promise<void> {
    for (const image of hexDigits) {
      await cluster.poll(stream, 'latest', image);
      await expect.poll(async () => (await cluster.history(stream, 'latest'))[0], patience).toBe(image);
    }
  }

  test('loses the oldest', async () => {
    await cluster.applyStream('free', [follows('latest', 'registry.example.com/shop/web:latest')]);
    await push('free', 'abcde');
    expect(await cluster.history('free', 'latest')).toBe('edc');
  });

  test('keeps what an annotated workload or a DeploymentConfig runs, until it does so no more', async () => {
    const { kube, namespace } = cluster;
    await cluster.applyStream('held', [follows('latest', 'registry.example.com/shop/web:latest')]);
    const paused = JSON.parse(triggers({ 'held:latest': FIRST_IMAGE })).map((trigger: object) => ({
      ...trigger,
      paused: true,
    }));
    await cluster.createWorkload(resources.deployments, 'held', JSON.stringify(paused));
    const deployment = { resource: resources.deployments, namespace, name: 'held' };
    await kube.jsonPatch(deployment, [
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: imageOf('a') },
    ]);
    await kube.create(resources.deploymentConfigs, {
      metadata: { namespace, name: 'held' },
      spec: {
        replicas: 0,
        selector: { app: 'held' },
        template: {
          metadata: { labels: { app: 'held' } },
          spec: { containers: [{ name: 'app', image: imageOf('b') }] },
        },
      },
    } as Parameters<typeof kube.create>[1]);
    await push('held', 'abcdef');
    expect(await cluster.history('held', 'latest')).toBe('fedba');

    await kube.delete(deployment);
    // The watch brings the news of the deletion; a push after that drops the item.
    await expect
      .poll(
        async () => {
          await push('held', 'cf');
          return cluster.history('held', 'latest');
        },
        { timeout: 30_000 },
      )
      .toBe('fcfb');
  });
});

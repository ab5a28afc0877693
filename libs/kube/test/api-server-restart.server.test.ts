import type { KubeObject } from '@tagstream/api-types';
import { connectKube, resources, type WatchStatus, watchCache } from '@tagstream/kube';
import { startControlPlane } from '@tagstream/servers';
import { expect, test } from 'vitest';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

test('a cache outlives the death of the API server: it says so, shows what it knew, and catches up', async () => {
  await using plane = await startControlPlane();
  await using client = await connectKube({ kubeconfig: plane.kubeconfig, userAgent: 'kube-test/1' });
  const namespace = 'default';
  const key = { resource: resources.configMaps, namespace, name: 'color' };
  await client.create<ConfigMap>(resources.configMaps, { metadata: { name: 'color', namespace }, data: { is: 'red' } });
  const statuses: WatchStatus[] = [];
  await using cache = watchCache<ConfigMap, string>(client, resources.configMaps, {
    namespace,
    project: ({ data }) => data?.is,
    onStatus: (status) => statuses.push(status),
  });
  await cache.synced;

  await plane.parts['kube-apiserver'].kill();
  await expect.poll(() => cache.connected).toBe(false);
  expect(cache.get(namespace, 'color')).toBe('red');
  await expect(client.get(key)).rejects.toMatchObject({ code: 'unavailable', retryable: true });

  await plane.parts['kube-apiserver'].restart();
  await expect
    .poll(
      () =>
        client.mergePatch(key, { data: { is: 'blue' } }).then(
          () => 'patched',
          (error) => error.code,
        ),
      { timeout: 30_000, interval: 200 },
    )
    .toBe('patched');
  await expect.poll(() => cache.get(namespace, 'color'), { timeout: 30_000 }).toBe('blue');
  expect(cache.connected).toBe(true);
  expect(statuses.at(0)).toEqual({ synced: true, connected: true });
  expect(statuses.at(1)).toMatchObject({ synced: true, connected: false, reason: expect.stringMatching(/configmaps/) });
  expect(statuses.at(-1)).toEqual({ synced: true, connected: true });

  // An API server that has just started has no history: a watch from long ago is refused.
  const fromLongAgo = { namespace, resourceVersion: '1', timeoutSeconds: 60, idleTimeoutMs: 60_000 };
  const refused = (async () => {
    for await (const event of await client.watch(resources.configMaps, fromLongAgo)) expect.fail(`got ${event.type}`);
  })();
  await expect(refused).rejects.toMatchObject({ code: 'gone', retryable: true });
}, 120_000);

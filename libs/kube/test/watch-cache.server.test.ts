import type { KubeObject } from '@tagstream/api-types';
import { resources, watchCache } from '@tagstream/kube';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openTestNamespace, type TestNamespace } from './test-namespace.ts';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

let scope: TestNamespace;

beforeAll(async () => {
  scope = await openTestNamespace(inject('kubeconfig'));
});

afterAll(async () => {
  await scope[Symbol.asyncDispose]();
});

function configMap(name: string, data: Record<string, string>, labels: Record<string, string> = {}): ConfigMap {
  return { metadata: { name, namespace: scope.namespace, labels }, data };
}

describe('a cache on the real API server', () => {
  test('holds what was there, and follows creation, change, loss of the label, and deletion', async () => {
    const { client, namespace } = scope;
    const labels = { suite: 'follow' };
    const key = { resource: resources.configMaps, namespace, name: 'later' };
    await client.create(resources.configMaps, configMap('before', { color: 'red' }, labels));
    await client.create(resources.configMaps, configMap('other', { color: 'red' }));
    const changes: string[] = [];
    await using cache = watchCache<ConfigMap, string>(client, resources.configMaps, {
      namespace,
      labelSelector: 'suite=follow',
      project: ({ data }) => data?.color,
      onChange: ({ name }, now, before) => changes.push(`${name} ${before ?? ''}>${now ?? ''}`),
    });
    await cache.synced;
    expect(changes).toEqual(['before >red']);

    await client.create(resources.configMaps, configMap('later', { color: 'blue' }, labels));
    await client.mergePatch(key, { data: { color: 'green' } });
    await client.mergePatch(key, { metadata: { labels: { suite: null } } });
    await client.mergePatch(key, { metadata: { labels } });
    await client.delete(key);
    await expect.poll(() => changes.length).toBe(6);
    expect(changes).toEqual([
      'before >red',
      'later >blue',
      'later blue>green',
      'later green>',
      'later >green',
      'later green>',
    ]);
    expect(cache.get(namespace, 'before')).toBe('red');
    expect(cache.size).toBe(1);
  });

  test('begins as soon as a CRD that was missing is created', async () => {
    const { client, namespace } = scope;
    const group = `${namespace}.example.com`;
    const resource = { group, version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };
    const reasons: (string | undefined)[] = [];
    await using cache = watchCache<KubeObject, string>(client, resource, {
      project: ({ metadata }) => metadata.uid,
      onStatus: ({ reason }) => reasons.push(reason),
    });
    await expect.poll(() => reasons[0]).toMatch(/answered 404/);
    const name = `widgets.${group}`;
    const schema = { openAPIV3Schema: { type: 'object' } };
    await client.create(resources.customResourceDefinitions, {
      metadata: { name },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    } as KubeObject);
    await cache.synced;
    const created = await client.create<KubeObject>(resource, { metadata: { name: 'one', namespace } });
    await expect.poll(() => cache.get(namespace, 'one')).toBe(created.metadata.uid);
    await client.delete({ resource: resources.customResourceDefinitions, name });
    await expect.poll(() => cache.size, { timeout: 15_000 }).toBe(0);
  });
});

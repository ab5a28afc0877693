import type { KubeObject } from '@tagstream/api-types';
import { type ConnectOptions, resources, type WatchCacheOptions, type WatchStatus, watchCache } from '@tagstream/kube';
import { expect } from 'vitest';
import type { FakeApi } from './fake-api.ts';
import type { FakeWatch } from './fake-watch.ts';

/** A cache of versions on a fake API server, with notes of what it told and how long it waited. */
export async function startCache(
  api: FakeApi,
  options: Partial<WatchCacheOptions<KubeObject, string>> = {},
  connection: Partial<ConnectOptions> = {},
) {
  const client = await api.client(connection);
  const changes: string[] = [];
  const statuses: WatchStatus[] = [];
  const waits: number[] = [];
  const cache = watchCache<KubeObject, string>(client, resources.configMaps, {
    project: ({ metadata }) => metadata.resourceVersion,
    onChange: ({ name }, now, before) => changes.push(`${name} ${before ?? ''}>${now ?? ''}`),
    onStatus: (status) => statuses.push(status),
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
    },
    ...options,
  });
  return {
    cache,
    changes,
    statuses,
    waits,
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

/** Answers a watch that has asked for initial events with these objects. */
export function fill(watch: FakeWatch, version: string, ...objects: KubeObject[]): void {
  expect(watch.query.get('sendInitialEvents')).toBe('true');
  watch.accept();
  for (const object of objects) watch.event('ADDED', object);
  watch.endOfInitialEvents(version);
}

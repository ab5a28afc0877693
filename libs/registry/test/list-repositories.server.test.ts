import { randomUUID } from 'node:crypto';
import { buildImage, pushImage } from '@tagstream/testing';
import { expect, inject, test } from 'vitest';
import { allOf, insecure, makeClient } from './make-client.ts';

test('the distribution registry gives all its repositories, page by page', async () => {
  const registry = inject('registryHost');
  const prefix = `catalog-${randomUUID().slice(0, 8)}`;
  const names = ['api', 'deep/name', 'web'].map((name) => `${prefix}/${name}`);
  for (const name of names) await pushImage(registry, name, 'latest', buildImage({ seed: name }));

  const all = await allOf(makeClient().listRepositories(registry, { ...insecure, pageSize: 2 }));

  expect(all.filter((name) => name.startsWith(prefix)).toSorted()).toEqual(names);
});

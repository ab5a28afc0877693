import type { DeploymentConfig } from '@tagstream/api-types';
import { type KubeClient, resources } from '@tagstream/kube';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Session } from '../src/session.ts';
import { startVersion } from '../src/write/start-version.ts';
import { writeRollback } from '../src/write/write-rollback.ts';
import { openShop, type Shop } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const images = [{ op: 'add' as const, path: '/spec/template/spec/containers/0/image', value: 'web:2' }];
const details = { message: 'manual change', causes: [{ type: 'Manual' as const }] };

/** A session in whose way somebody else comes, once, just before a write of the status. */
function sessionWith(interfere: () => Promise<unknown>): Session {
  let hasInterfered = false;
  const kube: Pick<KubeClient, 'get' | 'list' | 'jsonPatch' | 'mergePatch'> = {
    get: shop.kube.get,
    list: shop.kube.list,
    jsonPatch: shop.kube.jsonPatch,
    async mergePatch(key, patch, options) {
      if (options?.subresource === 'status' && !hasInterfered) {
        hasInterfered = true;
        await interfere();
      }
      return await shop.kube.mergePatch(key, patch, options);
    },
  };
  const signal = new AbortController().signal;
  const host = {
    env: {},
    programName: 'tagstream',
    out: () => {},
    err: () => {},
    colour: { out: false, err: false },
    now: Date.now,
    signal,
  };
  return { host, namespace: shop.namespace, kube: kube as KubeClient };
}

const patchOf = (name: string, patch: object, subresource?: string) =>
  shop.kube.mergePatch<DeploymentConfig>(
    shop.key(resources.deploymentConfigs, name),
    patch,
    subresource ? { subresource } : {},
  );
const imageOf = ({ spec }: DeploymentConfig) => spec.template?.spec?.containers[0]?.image;

test('a controller that is faster with the version has done the work: there is one version', async () => {
  const dc = await shop.config('faster', {}, { latestVersion: 1 });
  const theirs = { latestVersion: 2, details: { message: 'config change' } };
  const session = sessionWith(() => patchOf('faster', { status: theirs }, 'status'));

  const result = await startVersion(session, dc, { operations: images, version: 2, details });

  expect(result.status).toMatchObject(theirs);
  expect(imageOf(await shop.readConfig('faster'))).toBe('web:2');
});

test('a change of counters in between is no obstacle', async () => {
  const dc = await shop.config('counted', {}, { latestVersion: 1 });
  const session = sessionWith(() => patchOf('counted', { status: { replicas: 7 } }, 'status'));

  const result = await startVersion(session, dc, { operations: images, version: 2, details });

  expect(result.status).toMatchObject({ latestVersion: 2, replicas: 7, details });
});

test('somebody who changes the spec in between is not rolled out unasked', async () => {
  const dc = await shop.config('edited', {}, { latestVersion: 1 });
  const session = sessionWith(() => patchOf('edited', { spec: { replicas: 5 } }));

  const starting = startVersion(session, dc, { operations: images, version: 2, details });

  await expect(starting).rejects.toThrow(
    'the spec of deploymentconfigs/edited was written, but rollout #2 was not asked for: somebody else has changed the spec meanwhile',
  );
  expect((await shop.readConfig('edited')).status?.latestVersion).toBe(1);
});

test('an object that was changed before the first write is not written at all', async () => {
  const dc = await shop.config('stale', {}, { latestVersion: 1 });
  await patchOf('stale', { metadata: { labels: { a: 'b' } } });
  const session = sessionWith(async () => {});

  await expect(startVersion(session, dc, { operations: images, version: 2, details })).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(startVersion(session, dc, { operations: [], version: 2, details })).rejects.toMatchObject({
    code: 'conflict',
  });
  const now = await shop.readConfig('stale');
  expect([imageOf(now), now.status?.latestVersion]).toEqual(['web:1', 1]);
});

test('after a crash between the two writes the same command finishes the work', async () => {
  const dc = await shop.config('crashed', {}, { latestVersion: 1 });
  const crash = new Error('the process died');
  const session = sessionWith(() => Promise.reject(crash));
  await expect(startVersion(session, dc, { operations: images, version: 2, details })).rejects.toThrow(
    'the process died',
  );
  expect(imageOf(await shop.readConfig('crashed'))).toBe('web:2');

  const again = await startVersion(
    sessionWith(async () => {}),
    await shop.readConfig('crashed'),
    { operations: images, version: 2, details },
  );

  expect(again.status).toMatchObject({ latestVersion: 2, details });
});

test('a rollback does not go on when another version was started while it was worked out', async () => {
  const dc = await shop.config('overtaken', {}, { latestVersion: 2 });
  await shop.rollout(dc, 1, 'Complete');
  await shop.rollout(dc, 2, 'Complete');
  let looks = 0;
  const session = sessionWith(async () => {});

  const writing = writeRollback(
    {
      ...session,
      kube: {
        ...session.kube,
        async jsonPatch(key, operations, options) {
          looks++;
          await patchOf('overtaken', { status: { latestVersion: 3 } }, 'status');
          return await shop.kube.jsonPatch(key, operations, options);
        },
      } as KubeClient,
    },
    'overtaken',
    true,
    (now) => ({ kind: 'rollback', revision: 1, dc: now, operations: images }),
  );

  await expect(writing).rejects.toThrow(
    'rollout #3 of overtaken was started meanwhile: look at the history and try again',
  );
  expect(looks).toBe(1);
  expect(imageOf(await shop.readConfig('overtaken'))).toBe('web:1');
});

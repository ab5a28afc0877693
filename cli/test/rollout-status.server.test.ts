import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openShop, type Shop } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('rollout status', () => {
  const done = {
    latestVersion: 1,
    observedGeneration: 1,
    conditions: [
      {
        type: 'Progressing',
        status: 'True' as const,
        reason: 'NewReplicationControllerAvailable',
        message: '"wait-1" rolled out',
      },
    ],
  };

  test('waits until the rollout is done', async () => {
    await shop.config('wait', { replicas: 2 }, { latestVersion: 1, observedGeneration: 1, updatedReplicas: 1 });
    const watching = shop.cli('rollout', 'status', 'dc/wait', '--timeout=20s');
    const key = shop.key(resources.deploymentConfigs, 'wait');
    await shop.kube.mergePatch(key, { status: { replicas: 2, updatedReplicas: 2 } }, { subresource: 'status' });
    await shop.kube.mergePatch(key, { status: done }, { subresource: 'status' });

    const { code, out } = await watching;

    expect(code).toBe(0);
    expect(out).toMatch(/rolled out\n$/);
  });

  test('fails with the rollout', async () => {
    const condition = {
      ...done.conditions[0]!,
      reason: 'ProgressDeadlineExceeded',
      message: '"fail-1" has failed progressing',
    };
    await shop.config('fail', {}, { ...done, conditions: [condition] });

    expect(await shop.cli('rollout', 'status', 'dc/fail')).toEqual({
      code: 1,
      out: '',
      err: 'error: "fail-1" has failed progressing\n',
    });
  });

  test('tells once where it is not to wait', async () => {
    await shop.config('once', { replicas: 2 }, { latestVersion: 1, observedGeneration: 1, updatedReplicas: 1 });

    expect(await shop.cli('rollout', 'status', 'dc/once', '--watch=false')).toEqual({
      code: 0,
      out: 'Waiting for rollout to finish: 1 out of 2 new replicas have been updated...\n',
      err: '',
    });
  });

  test('gives up after its timeout', async () => {
    await shop.config('slow', {}, { latestVersion: 1 });

    expect(await shop.cli('rollout', 'status', 'dc/slow', '--timeout=200ms')).toMatchObject({
      code: 1,
      err: 'error: timed out waiting for the condition\n',
    });
  });

  test('ends when the object is deleted', async () => {
    await shop.config('gone', {}, { latestVersion: 1 });
    const watching = shop.cli('rollout', 'status', 'dc/gone', '--timeout=20s');
    await shop.kube.delete(shop.key(resources.deploymentConfigs, 'gone'));

    expect((await watching).err).toMatch(/^error: (object has been deleted|deploymentconfigs.* not found)\n$/);
  });
});

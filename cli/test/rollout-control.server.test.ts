import type { KubeObject, ReplicationController } from '@tagstream/api-types';
import { decodeConfig } from '@tagstream/deployment';
import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openShop, type Shop } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const full = (name: string) => `deploymentconfig.apps.openshift.io/${name}`;
const annotationsOf = async (rc: string) =>
  (await shop.get<KubeObject>(resources.replicationControllers, rc)).metadata.annotations;

describe('rollout cancel and retry', () => {
  test('cancels what is under way, once', async () => {
    const dc = await shop.config('stop', {}, { latestVersion: 2 });
    await shop.rollout(dc, 1, 'Complete');
    await shop.rollout(dc, 2, 'Running');

    expect(await shop.cli('rollout', 'cancel', 'dc/stop')).toEqual({
      code: 0,
      out: `${full('stop')} cancelling\n`,
      err: '',
    });
    expect(await annotationsOf('stop-2')).toMatchObject({
      'openshift.io/deployment.cancelled': 'true',
      'openshift.io/deployment.status-reason': 'cancelled by the user',
    });
    const again = await shop.cli('rollout', 'cancel', 'dc/stop');
    expect(again.out).toMatch(/^No rollout is in progress \(latest rollout #2 running \(cancelling\) .* ago\)\n$/);
    expect(again.err).toBe('replicationcontrollers/stop-2 is already cancelled\n');
  });

  test('a paused configuration is cancelled too, but with an error', async () => {
    const dc = await shop.config('stop-paused', { paused: true }, { latestVersion: 1 });
    await shop.rollout(dc, 1, 'Running');

    const { code, out, err } = await shop.cli('rollout', 'cancel', 'dc/stop-paused');

    expect([code, out]).toEqual([1, `${full('stop-paused')} cancelling\n`]);
    expect(err).toBe(`error: unable to cancel paused deployment ${shop.namespace}/stop-paused\n`);
  });

  test('retry sends a failed rollout back to New, without the pods that it left', async () => {
    const dc = await shop.config('retry', {}, { latestVersion: 1 });
    const rc = await shop.rollout(dc, 1, 'Failed');
    const cancelled = { 'openshift.io/deployment.cancelled': 'true', 'openshift.io/deployment.status-reason': 'x' };
    await shop.kube.mergePatch(shop.key(resources.replicationControllers, 'retry-1'), {
      metadata: { annotations: cancelled },
    });
    const labels = { 'openshift.io/deployer-pod-for.name': 'retry-1' };
    const pod = { metadata: { name: 'retry-1-deploy', labels }, spec: { containers: [{ name: 'd', image: 'd' }] } };
    await shop.create<KubeObject>(resources.pods, pod);

    const result = await shop.cli('rollout', 'retry', 'dc/retry');

    expect(result).toEqual({ code: 0, out: `${full('retry')} retried rollout #1\n`, err: '' });
    const annotations = await annotationsOf('retry-1');
    expect(annotations).toMatchObject({ 'openshift.io/deployment.phase': 'New' });
    expect(Object.keys(annotations ?? {})).not.toContain('openshift.io/deployment.cancelled');
    expect(Object.keys(annotations ?? {})).not.toContain('openshift.io/deployment.status-reason');
    expect(decodeConfig(await shop.get<ReplicationController>(resources.replicationControllers, 'retry-1'))).toEqual(
      decodeConfig(rc),
    );
    const { items } = await shop.kube.list(resources.pods, {
      namespace: shop.namespace,
      labelSelector: `${Object.keys(labels)[0]}=retry-1`,
    });
    expect(items).toEqual([]);
  });

  test('a rollout that did not fail is not retried', async () => {
    const dc = await shop.config('retry-no', {}, { latestVersion: 1 });
    await shop.rollout(dc, 1, 'Complete');

    const { code, err } = await shop.cli('rollout', 'retry', 'dc/retry-no');

    expect(code).toBe(1);
    expect(err).toMatch(/^error: rollout #1 is complete; only failed deployments can be retried\.\n/);
  });
});

test('pause and resume several, and refuse what is so already', async () => {
  await shop.config('p1');
  await shop.config('p2');

  expect((await shop.cli('rollout', 'pause', 'dc/p1', 'dc/p2')).out).toBe(
    `${full('p1')} paused\n${full('p2')} paused\n`,
  );
  expect((await shop.readConfig('p2')).spec.paused).toBe(true);
  expect(await shop.cli('rollout', 'pause', 'dc', 'p1')).toEqual({
    code: 1,
    out: '',
    err: `error: ${full('p1')} is already paused\n`,
  });
  expect((await shop.cli('rollout', 'resume', 'dc/p1')).out).toBe(`${full('p1')} resumed\n`);
  expect(Object.keys((await shop.readConfig('p1')).spec)).not.toContain('paused');
  expect((await shop.cli('rollout', 'resume', 'dc/p1')).err).toBe(`error: ${full('p1')} is not paused\n`);
});

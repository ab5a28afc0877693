import type { DeploymentConfig } from '@tagstream/api-types';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { imageTrigger, openShop, type Shop } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const full = (name: string) => `deploymentconfig.apps.openshift.io/${name}`;
const imageOf = ({ spec }: DeploymentConfig) => spec.template?.spec?.containers[0]?.image;

describe('rollout latest', () => {
  test('writes the newest images, also of triggers that are off, then the version and its cause', async () => {
    await shop.stream('web', { latest: 'registry.example.com/web@sha256:2' });
    const { imageChangeParams } = imageTrigger('web:latest', 'registry.example.com/web@sha256:1');
    const triggers = [{ type: 'ImageChange', imageChangeParams: { ...imageChangeParams, automatic: false } }];
    const dc = await shop.config('latest', { triggers }, { latestVersion: 1, observedGeneration: 1 });
    await shop.rollout(dc, 1, 'Complete');

    const result = await shop.cli('rollout', 'latest', 'dc/latest');

    expect(result).toEqual({ code: 0, out: `${full('latest')} rolled out\n`, err: '' });
    const written = await shop.readConfig('latest');
    expect(imageOf(written)).toBe('registry.example.com/web@sha256:2');
    expect(written.spec.triggers?.[0]?.imageChangeParams?.lastTriggeredImage).toBe('registry.example.com/web@sha256:2');
    expect(written.status).toMatchObject({
      latestVersion: 2,
      observedGeneration: 1,
      details: { message: 'manual change', causes: [{ type: 'Manual' }] },
    });
  });

  test('--again leaves the images alone', async () => {
    const triggers = [imageTrigger('web:latest', 'old')];
    await shop.rollout(await shop.config('again', { triggers }, { latestVersion: 1 }), 1, 'Failed');

    const { code } = await shop.cli('rollout', 'latest', 'again', '--again');

    const written = await shop.readConfig('again');
    expect([code, imageOf(written), written.status?.latestVersion]).toEqual([0, 'web:1', 2]);
  });

  test('starts the first rollout of a configuration without triggers; a missing stream has no tags', async () => {
    await shop.config('first', { triggers: [] });

    const { code, out } = await shop.cli('rollout', 'latest', 'first', '-o', 'json');

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ kind: 'DeploymentConfig', status: { latestVersion: 1 } });
  });

  test('a dry run writes nothing', async () => {
    await shop.config('dry', { triggers: [] });

    const { out } = await shop.cli('rollout', 'latest', 'dry', '--dry-run=client');

    expect(out).toBe(`${full('dry')} rolled out (dry run)\n`);
    expect((await shop.readConfig('dry')).status?.latestVersion ?? 0).toBe(0);
  });

  test.each([
    ['a rollout is under way', {}, 'Running', '#1 is already in progress (Running).'],
    ['it is paused', { paused: true }, 'Complete', 'cannot deploy a paused deployment config'],
    [
      'an image was never known',
      { triggers: [imageTrigger('none:latest')] },
      'Complete',
      'cannot trigger a deployment for "NAME" because it contains unresolved images',
    ],
  ] as const)('is refused when %s', async (why, spec, phase, message) => {
    const name = why.replaceAll(' ', '-');
    const dc = await shop.config(name, spec as object, { latestVersion: 1 });
    await shop.rollout(dc, 1, phase);

    const result = await shop.cli('rollout', 'latest', name);

    expect(result).toEqual({ code: 1, out: '', err: `error: ${message.replace('NAME', name)}\n` });
    expect((await shop.readConfig(name)).status?.latestVersion).toBe(1);
  });

  test('of what is not there says so', async () => {
    expect(await shop.cli('rollout', 'latest', 'nothing')).toEqual({
      code: 1,
      out: '',
      err: 'error: deploymentconfigs.apps.openshift.io "nothing" not found\n',
    });
  });
});

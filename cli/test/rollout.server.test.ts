import {
  type DeploymentConfig,
  type KubeObject,
  normalizeDeploymentConfig,
  type ReplicationController,
} from '@tagstream/api-types';
import { decodeConfig } from '@tagstream/deployment';
import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { imageTrigger, openShop, type Shop, template } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const full = (name: string) => `deploymentconfig.apps.openshift.io/${name}`;
const imageOf = ({ spec }: DeploymentConfig) => spec.template?.spec?.containers[0]?.image;
const annotationsOf = async (rc: string) =>
  (await shop.get<KubeObject>(resources.replicationControllers, rc)).metadata.annotations;

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

/** A configuration at version 3 whose second rollout failed, with an image trigger. */
async function threeVersions(name: string) {
  const triggers = [{ type: 'ConfigChange' }, imageTrigger('web:latest', 'web:3')];
  const details = { message: 'image change' };
  const dc = await shop.config(name, { triggers, template: template('web:3') }, { latestVersion: 3, details });
  const strategy = { type: 'Recreate' as const };
  await shop.rollout(dc, 1, 'Complete', {
    template: template('web:1'),
    replicas: 5,
    strategy,
    triggers: [triggers[0]!],
  });
  await shop.rollout(dc, 2, 'Failed', { template: template('web:2') });
  await shop.rollout(dc, 3, 'Complete');
}

describe('rollout undo', () => {
  test('rolls out the template before, and turns image triggers off and says so', async () => {
    await threeVersions('undo');

    const result = await shop.cli('rollout', 'undo', 'dc/undo');

    expect(result).toEqual({
      code: 0,
      out: `${full('undo')} rolled back\n`,
      err:
        'Warning: the following images triggers were disabled: web:latest\n' +
        '  You can re-enable them with: tagstream set triggers dc/undo --auto\n',
    });
    const written = await shop.readConfig('undo');
    expect(imageOf(written)).toBe('web:2');
    expect(written.spec.triggers?.[1]?.imageChangeParams).toMatchObject({
      automatic: false,
      lastTriggeredImage: 'web:3',
    });
    expect(written.status).toMatchObject({ latestVersion: 4, details: { message: 'image change' } });
  });

  test('the command that it names turns them on again', async () => {
    await threeVersions('redo');
    await shop.cli('rollout', 'undo', 'dc/redo');

    await shop.cli('set', 'triggers', 'dc/redo', '--auto');

    const { spec } = await shop.readConfig('redo');
    expect(spec.triggers?.[1]?.imageChangeParams).toMatchObject({ automatic: true, lastTriggeredImage: 'web:3' });
  });

  test('to a revision, with nothing but its template', async () => {
    await threeVersions('undo-to');

    await shop.cli('rollout', 'undo', 'dc/undo-to', '--to-revision=1');

    const { spec } = await shop.readConfig('undo-to');
    expect([spec.template?.spec?.containers[0]?.image, spec.replicas, spec.strategy]).toEqual(['web:1', 1, undefined]);
  });

  test('a dry run shows the template and writes nothing', async () => {
    await threeVersions('undo-dry');

    const { out, err } = await shop.cli('rollout', 'undo', 'dc/undo-dry', '--to-revision=1', '--dry-run=client');

    expect(out).toContain('    Image:          web:1\n');
    expect(err).toBe('');
    expect((await shop.readConfig('undo-dry')).status?.latestVersion).toBe(3);
  });

  test.each([
    ['3', 'version 3 is already the latest'],
    ['7', 'replication controller "undo-no-7" of version 7 does not exist'],
  ])('to revision %s is refused', async (revision, message) => {
    await shop.readConfig('undo-no').catch(() => threeVersions('undo-no'));

    const result = await shop.cli('rollout', 'undo', 'dc/undo-no', `--to-revision=${revision}`);

    expect(result).toEqual({ code: 1, out: '', err: `error: ${message}\n` });
  });
});

describe('rollback', () => {
  test('goes back to the last complete version, and says which', async () => {
    await threeVersions('back');

    const { out, err } = await shop.cli('rollback', 'back');

    expect(out).toBe(`${full('back')} deployment #4 rolled back to back-1\n`);
    expect(err).toContain('You can re-enable them with: tagstream set triggers dc/back --auto');
    expect(imageOf(await shop.readConfig('back'))).toBe('web:1');
  });

  test('takes over what is asked for, in a form that the API server accepts', async () => {
    await threeVersions('back-all');
    const flags = ['--change-triggers', '--change-strategy', '--change-scaling-settings'];

    const { code, err } = await shop.cli('rollback', 'dc/back-all', '--to-version=1', ...flags);

    expect([code, err]).toEqual([0, '']);
    const { spec, status } = normalizeDeploymentConfig(await shop.readConfig('back-all'));
    expect([spec.replicas, spec.strategy.type, spec.triggers, status?.latestVersion]).toEqual([
      5,
      'Recreate',
      [{ type: 'ConfigChange' }],
      4,
    ]);
  });

  test('a ReplicationController names its version', async () => {
    await threeVersions('back-rc');

    await shop.cli('rollback', 'back-rc-2');

    expect(imageOf(await shop.readConfig('back-rc'))).toBe('web:2');
  });

  test('with an output format it prints what would be, and writes nothing', async () => {
    await threeVersions('back-print');

    const { out, err } = await shop.cli('rollback', 'back-print', '-o', 'json');

    expect(JSON.parse(out)).toMatchObject({ status: { latestVersion: 4 }, spec: { template: template('web:1') } });
    expect(err).toBe('');
    expect(imageOf(await shop.readConfig('back-print'))).toBe('web:3');
  });

  test.each([
    ['no-such', 'deploymentconfigs.apps.openshift.io "no-such" not found'],
    ['rc/no-such', 'replicationcontrollers "no-such" not found'],
  ])('of %s says so', async (name, message) => {
    expect(await shop.cli('rollback', name)).toEqual({ code: 1, out: '', err: `error: ${message}\n` });
  });
});

describe('rollout history', () => {
  test('lists revisions with phase and cause', async () => {
    await threeVersions('listed');

    expect((await shop.cli('rollout', 'history', 'dc/listed')).out).toBe(`${full('listed')}
REVISION   STATUS     CAUSE
1          Complete   image change
2          Failed     image change
3          Complete   image change
`);
  });

  test('shows the template of one', async () => {
    await threeVersions('shown');

    const { out } = await shop.cli('rollout', 'history', 'dc/shown', '--revision=2');

    expect(out).toContain(`${full('shown')} with revision #2\nPod Template:\n`);
    expect(out).toContain('Image:          web:2');
    expect(await shop.cli('rollout', 'history', 'dc/shown', '--revision=9')).toMatchObject({
      code: 1,
      err: 'error: unable to find the specified revision\n',
    });
  });

  test('of what was never rolled out is empty', async () => {
    await shop.config('new');

    expect((await shop.cli('rollout', 'history', 'dc/new')).out).toBe(`${full('new')}\nNo rollout history found.\n`);
  });
});

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

test('create dc makes a DeploymentConfig that the API server takes, and a dry run none', async () => {
  const dry = await shop.cli(
    'create',
    'dc',
    'made',
    '--image=web:1',
    '--dry-run=client',
    '-o',
    'yaml',
    '--',
    'serve',
    '--watch=false',
  );
  const created = await shop.cli('create', 'dc', 'made', '--image=web:1', '--', 'serve', '--watch=false');

  expect(parse(dry.out)).toMatchObject({
    kind: 'DeploymentConfig',
    spec: { template: { spec: { containers: [{ image: 'web:1', command: ['serve', '--watch=false'] }] } } },
  });
  expect(created).toEqual({ code: 0, out: `${full('made')} created\n`, err: '' });
  expect((await shop.readConfig('made')).spec.template?.spec?.containers[0]?.command).toEqual([
    'serve',
    '--watch=false',
  ]);
  expect(await shop.cli('create', 'dc', 'made', '--image=web:1')).toMatchObject({
    code: 1,
    err: 'error: deploymentconfigs.apps.openshift.io "made" already exists\n',
  });
});

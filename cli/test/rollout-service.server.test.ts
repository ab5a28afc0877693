import type { ReplicationController } from '@tagstream/api-types';
import { phaseOf, versionOf } from '@tagstream/deployment';
import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { imageTrigger, item, openShop, type Shop, template } from './support/shop.ts';

const stack = new AsyncDisposableStack();
let shop: Shop;

beforeAll(async () => {
  shop = stack.use(await openShop(inject('kubeconfig')));
  stack.use(
    await startService('rollout', {
      NATS_URL: inject('natsUrl'),
      KUBECONFIG: inject('kubeconfig'),
      TAGSTREAM_PREFIX: shop.namespace,
      TAGSTREAM_NAMESPACE: shop.namespace,
      TAGSTREAM_ADMIN_HOST: '127.0.0.1',
    }),
  );
});
afterAll(() => stack.disposeAsync());

const image = (version: number) => `registry.example.com/web@sha256:${String(version).repeat(64)}`;

/** Waits for the latest rollout as a script does; answers what was printed last. */
async function status(name: string, ...args: string[]) {
  const { code, out, err } = await shop.cli('rollout', 'status', `dc/${name}`, '--timeout=20s', ...args);
  return { code, last: out.trimEnd().split('\n').at(-1), err };
}

async function rollouts(name: string) {
  const labelSelector = `openshift.io/deployment-config.name=${name}`;
  const { items } = await shop.kube.list<ReplicationController>(resources.replicationControllers, {
    namespace: shop.namespace,
    labelSelector,
  });
  return items
    .toSorted((a, b) => versionOf(a) - versionOf(b))
    .map((rc) => `v${versionOf(rc)} ${phaseOf(rc)} ${rc.spec.template?.spec?.containers[0]?.image}`);
}

/** Makes the tag `latest` of the stream `web` point to an image of that version. */
async function move(version: number) {
  const tags = [{ tag: 'latest', items: [item(image(version))] }];
  await shop.kube.mergePatch(shop.key(resources.imageStreams, 'web'), { status: { tags } }, { subresource: 'status' });
}

const rolledOut = (name: string, version: number) =>
  `replication controller "${name}-${version}" successfully rolled out`;

test('a rollback stays when the tag moves on, until the triggers are turned on again', async () => {
  await shop.stream('web', { latest: image(1) });
  const triggers = [{ type: 'ConfigChange' }, imageTrigger('web:latest')];
  await shop.config('web', { triggers, template: template(' ') });
  expect(await status('web')).toEqual({ code: 0, last: rolledOut('web', 1), err: '' });
  await move(2);
  await expect.poll(async () => (await shop.readConfig('web')).status?.latestVersion, { timeout: 20_000 }).toBe(2);
  expect(await status('web')).toMatchObject({ code: 0, last: rolledOut('web', 2) });

  const undone = await shop.cli('rollout', 'undo', 'dc/web');

  expect(undone.err).toContain('tagstream set triggers dc/web --auto');
  expect(await status('web', '--revision=3')).toMatchObject({ code: 0, last: rolledOut('web', 3) });
  await move(4);
  // Something that the controller does after it has seen the tag move: it has let the template alone meanwhile.
  await shop.kube.mergePatch(shop.key(resources.deploymentConfigs, 'web'), { spec: { replicas: 2 } });
  await expect.poll(async () => (await shop.readConfig('web')).status?.availableReplicas, { timeout: 20_000 }).toBe(2);
  expect(await rollouts('web')).toEqual([
    `v1 Complete ${image(1)}`,
    `v2 Complete ${image(2)}`,
    `v3 Complete ${image(1)}`,
  ]);

  await shop.cli('set', 'triggers', 'dc/web', '--auto');

  await expect.poll(() => rollouts('web'), { timeout: 20_000 }).toContain(`v4 Complete ${image(4)}`);
});

test('a rollout by hand takes the newest image; with --again the one that is there', async () => {
  await shop.stream('manual', { latest: image(1) });
  const { imageChangeParams } = imageTrigger('manual:latest');
  const triggers = [{ type: 'ImageChange', imageChangeParams: { ...imageChangeParams, automatic: false } }];
  await shop.config('manual', { triggers, template: template(' ') });

  expect((await shop.cli('rollout', 'latest', 'dc/manual')).code).toBe(0);
  expect(await status('manual')).toMatchObject({ code: 0, last: rolledOut('manual', 1) });
  expect((await shop.cli('rollout', 'latest', 'dc/manual', '--again')).code).toBe(0);
  expect(await status('manual', '--revision=2')).toMatchObject({ code: 0, last: rolledOut('manual', 2) });

  const { out } = await shop.cli('rollout', 'history', 'dc/manual');
  // The first one wrote an image, so that the controller may have been faster with the version and its cause.
  expect(out).toMatch(/^1 +Complete +(manual|config) change\n2 +Complete +manual change$/m);
  expect(await rollouts('manual')).toEqual([`v1 Complete ${image(1)}`, `v2 Complete ${image(1)}`]);
});

test('a rollout that is cancelled fails, and can be retried', async () => {
  const annotations = { 'kwok.tagstream.io/outcome': 'never-ready' };
  const { metadata, spec } = template('web:1');
  await shop.config('slow', { template: { metadata: { ...metadata, annotations }, spec } });
  await expect.poll(() => rollouts('slow'), { timeout: 20_000 }).toEqual(['v1 Running web:1']);

  expect((await shop.cli('rollout', 'cancel', 'dc/slow')).out).toBe(
    'deploymentconfig.apps.openshift.io/slow cancelling\n',
  );
  expect(await status('slow')).toEqual({
    code: 1,
    last: expect.any(String),
    err: 'error: rollout of replication controller "slow-1" was cancelled\n',
  });
  expect((await shop.cli('rollout', 'retry', 'dc/slow')).out).toBe(
    'deploymentconfig.apps.openshift.io/slow retried rollout #1\n',
  );
  // The failure still stands in the status for a moment.
  const waiting = shop.cli('rollout', 'status', 'dc/slow', '--timeout=20s');
  await expect.poll(() => rollouts('slow'), { timeout: 20_000 }).toEqual(['v1 Running web:1']);
  await shop.cli('rollout', 'cancel', 'dc/slow');
  expect((await waiting).out).toContain('Waiting for rollout to finish');
});

test('commands that race the controller end with one version each', async () => {
  await shop.config('raced', { template: template('web:1') });
  await status('raced');
  await shop.kube.mergePatch(shop.key(resources.deploymentConfigs, 'raced'), { spec: { template: template('web:2') } });
  await expect.poll(() => rollouts('raced'), { timeout: 20_000 }).toEqual(['v1 Complete web:1', 'v2 Complete web:2']);

  // The ConfigChange trigger makes the controller start version 3 by itself as soon as it sees the spec.
  for (const version of [3, 4, 5]) {
    expect(await shop.cli('rollout', 'undo', 'dc/raced')).toMatchObject({ code: 0 });
    await expect.poll(async () => (await rollouts('raced')).length, { timeout: 20_000 }).toBe(version);
    expect(await status('raced', `--revision=${version}`)).toMatchObject({
      code: 0,
      last: rolledOut('raced', version),
    });
  }

  expect(await rollouts('raced')).toEqual([1, 2, 1, 2, 1].map((n, index) => `v${index + 1} Complete web:${n}`));
});

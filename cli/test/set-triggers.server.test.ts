import type { KubeObject } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { imageTrigger, openShop, type Shop, template } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const annotation = 'image.openshift.io/triggers';
type Workload = KubeObject & { spec: { paused?: boolean } };

async function deployment(name: string, annotations: Record<string, string> = {}, labels: Record<string, string> = {}) {
  const spec = { selector: { matchLabels: { app: 'web' } }, template: template('web:1') };
  await shop.create<KubeObject>(resources.deployments, { metadata: { name, annotations, labels }, spec } as KubeObject);
}

test('shows the triggers of objects of several kinds', async () => {
  await shop.config('shown', { triggers: [{ type: 'ConfigChange' }, imageTrigger('web:latest')] });
  const entry = {
    from: { kind: 'ImageStreamTag', name: 'web:1', namespace: 'images' },
    fieldPath: 'spec.template.spec.containers[0].image',
    paused: true,
  };
  await deployment('shown', { [annotation]: JSON.stringify([entry]) });

  expect(await shop.cli('set', 'triggers', 'dc/shown', 'deploy/shown')).toEqual({
    code: 0,
    out: `NAME                      TYPE     VALUE                AUTO
deploymentconfigs/shown   config                        true
deploymentconfigs/shown   image    web:latest (web)     true
deployments/shown         config                        true
deployments/shown         image    images/web:1 (web)   false
`,
    err: '',
  });
});

test('an annotation that cannot be read is shown as an error, not changed, and can be removed', async () => {
  await deployment('broken', { [annotation]: '{' });

  const shown = await shop.cli('set', 'triggers', 'deploy/broken');
  expect([shown.code, shown.out]).toEqual([0, expect.stringContaining('deployments/broken   <error>')]);
  expect(shown.err).toContain('deployments/broken: annotation image.openshift.io/triggers: the value is not JSON');
  expect(await shop.cli('set', 'triggers', 'deploy/broken', '--auto')).toMatchObject({ code: 1, out: '' });
  expect((await shop.cli('set', 'triggers', 'deploy/broken', '--remove-all')).out).toBe(
    'deployment.apps/broken triggers updated\n',
  );
  const { metadata, spec } = await shop.get<Workload>(resources.deployments, 'broken');
  expect([metadata.annotations?.[annotation], spec.paused]).toEqual(['[]', true]);
});

test('turns the triggers of a DeploymentConfig off and on', async () => {
  await shop.config('switched', { triggers: [{ type: 'ConfigChange' }, imageTrigger('web:latest', 'web@a')] });
  const triggers = async () => (await shop.readConfig('switched')).spec.triggers;

  expect((await shop.cli('set', 'triggers', 'dc/switched', '--manual')).out).toBe(
    'deploymentconfig.apps.openshift.io/switched triggers updated\n',
  );
  expect(await triggers()).toMatchObject([
    { type: 'ImageChange', imageChangeParams: { automatic: false, lastTriggeredImage: 'web@a' } },
  ]);
  await shop.cli('set', 'triggers', 'dc/switched', '--auto');
  expect(await triggers()).toMatchObject([{ type: 'ConfigChange' }, { imageChangeParams: { automatic: true } }]);
});

test('adds and removes an image trigger', async () => {
  await shop.config('followed', { triggers: [] });

  await shop.cli('set', 'triggers', 'dc/followed', '--from-image=images/web:1', '-c', 'web');
  expect((await shop.readConfig('followed')).spec.triggers).toEqual([
    {
      type: 'ImageChange',
      imageChangeParams: {
        automatic: true,
        containerNames: ['web'],
        from: { kind: 'ImageStreamTag', name: 'web:1', namespace: 'images' },
      },
    },
  ]);
  await shop.cli('set', 'triggers', 'dc/followed', '--from-image=web:1', '--remove');
  expect((await shop.readConfig('followed')).spec.triggers).toEqual([]);
});

test('what is set already is not written', async () => {
  await shop.config('same', { triggers: [{ type: 'ConfigChange' }] });
  const before = await shop.readConfig('same');

  expect(await shop.cli('set', 'triggers', 'dc/same', '--from-config')).toEqual({
    code: 0,
    out: '',
    err: 'deploymentconfigs/same was not changed\n',
  });
  expect((await shop.readConfig('same')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
});

test('a dry run prints the object as it would be', async () => {
  await deployment('dry');

  const { out } = await shop.cli(
    'set',
    'triggers',
    'deploy/dry',
    '--from-image=web:1',
    '-c',
    'web',
    '--dry-run=client',
    '-o',
    'json',
  );

  const { metadata } = JSON.parse(out) as KubeObject;
  expect(JSON.parse(metadata.annotations?.[annotation] ?? '')).toEqual([
    {
      from: { kind: 'ImageStreamTag', name: 'web:1' },
      fieldPath: 'spec.template.spec.containers[?(@.name=="web")].image',
    },
  ]);
  const stored = await shop.get<KubeObject>(resources.deployments, 'dry');
  expect(stored.metadata.annotations?.[annotation]).toBeUndefined();
});

test('all objects of a type, or those with a label', async () => {
  await deployment('labelled', {}, { tier: 'front' });

  expect((await shop.cli('set', 'triggers', 'deploy', '-l', 'tier=front', '--manual')).out).toBe(
    'deployment.apps/labelled triggers updated\n',
  );
  expect((await shop.cli('set', 'triggers', 'deploy', '--all')).out).toMatch(/^deployments\/labelled +config +false$/m);
  expect(await shop.cli('set', 'triggers', 'cj', '--all')).toMatchObject({
    code: 1,
    err: `error: no cronjobs found in namespace ${shop.namespace}\n`,
  });
  expect(await shop.cli('set', 'triggers', 'deploy/labelled', '--all')).toMatchObject({ code: 2 });
});

test('an unknown container is refused, with those that there are', async () => {
  await shop.config('refused');

  expect(await shop.cli('set', 'triggers', 'dc/refused', '--from-image=web:1', '-c', 'x')).toEqual({
    code: 1,
    out: '',
    err: 'error: deploymentconfigs/refused: not all container names exist: x (accepts: web)\n',
  });
});

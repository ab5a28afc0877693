import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { openShop, type Shop } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

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
  expect(created).toEqual({ code: 0, out: 'deploymentconfig.apps.openshift.io/made created\n', err: '' });
  expect((await shop.readConfig('made')).spec.template?.spec?.containers[0]?.command).toEqual([
    'serve',
    '--watch=false',
  ]);
  expect(await shop.cli('create', 'dc', 'made', '--image=web:1')).toMatchObject({
    code: 1,
    err: 'error: deploymentconfigs.apps.openshift.io "made" already exists\n',
  });
});

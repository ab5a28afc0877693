import { type DeploymentConfig, normalizeDeploymentConfig } from '@tagstream/api-types';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { imageTrigger, openShop, type Shop, template } from './support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop(inject('kubeconfig'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const full = (name: string) => `deploymentconfig.apps.openshift.io/${name}`;
const imageOf = ({ spec }: DeploymentConfig) => spec.template?.spec?.containers[0]?.image;

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

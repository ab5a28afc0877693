import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubectl, kubectlOutput } from './kubectl.ts';

const manifests = join(import.meta.dirname, 'manifests');
const namespace = `kubectl-${process.pid}`;
const run = (...args: string[]) => kubectlOutput(['--namespace', namespace, ...args]);
const patchStatus = (object: string, status: object) =>
  run('patch', object, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }));

beforeAll(async () => {
  await kubectlOutput(['create', 'namespace', namespace]);
  await run('apply', '-f', join(manifests, 'imagestream-scheduled.yaml'));
  await run('apply', '-f', join(manifests, 'deploymentconfig-rolling.yaml'));
});
afterAll(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false']);
});

const cells = (table: string) => table.split('\n').map((line) => line.split(/ {2,}/));

describe('kubectl', () => {
  test('shows the columns of a DeploymentConfig', async () => {
    await patchStatus('dc/rolling', {
      latestVersion: 4,
      updatedReplicas: 2,
      triggeredBy: 'config,image(web:latest)',
    });

    expect(cells(await run('get', 'dc'))).toEqual([
      ['NAME', 'REVISION', 'DESIRED', 'CURRENT', 'TRIGGERED BY'],
      ['rolling', '4', '3', '2', 'config,image(web:latest)'],
    ]);
  });

  test('shows the columns of an ImageStream', async () => {
    await patchStatus('is/scheduled', {
      dockerImageRepository: 'registry.example.com/shop/web',
      tagSummary: 'latest,stable',
      lastUpdated: new Date(Date.now() - 90 * 60_000).toISOString(),
    });

    expect(cells(await run('get', 'is'))).toEqual([
      ['NAME', 'IMAGE REPOSITORY', 'TAGS', 'UPDATED'],
      ['scheduled', 'registry.example.com/shop/web', 'latest,stable', '90m'],
    ]);
  });

  test('shows the columns of a BuildConfig and of a Build', async () => {
    await run('apply', '-f', join(manifests, 'buildconfig-docker.yaml'), '-f', join(manifests, 'build.yaml'));
    await patchStatus('bc/web', { lastVersion: 3, sourceSummary: 'Git@main' });
    await patchStatus('build/single', {
      phase: 'Failed',
      phaseSummary: 'Failed (FetchSourceFailed)',
      sourceSummary: 'Dockerfile',
      startTimestamp: new Date(Date.now() - 90 * 60_000).toISOString(),
      durationSummary: '1m3s',
    });

    expect(cells(await run('get', 'bc'))).toEqual([
      ['NAME', 'TYPE', 'FROM', 'LATEST'],
      ['web', 'Docker', 'Git@main', '3'],
    ]);
    expect(cells(await run('get', 'builds'))).toEqual([
      ['NAME', 'TYPE', 'FROM', 'STATUS', 'STARTED', 'DURATION'],
      ['single', 'Docker', 'Dockerfile', 'Failed (FetchSourceFailed)', '90m', '1m3s'],
    ]);
  });

  test('lists the kinds under "all"', async () => {
    const names = (await run('get', 'all', '-o', 'name')).split('\n');

    expect(names).toContain('imagestream.image.openshift.io/scheduled');
    expect(names).toContain('deploymentconfig.apps.openshift.io/rolling');
    expect(names).toContain('buildconfig.build.openshift.io/web');
    expect(names).toContain('build.build.openshift.io/single');
  });

  test('scales a DeploymentConfig, also one that has no status yet', async () => {
    await run('apply', '-f', join(manifests, 'deploymentconfig-minimal.yaml'));

    expect(await run('scale', 'dc/minimal', '--replicas=5')).toContain('scaled');
    expect(await run('get', 'dc/minimal', '-o', 'jsonpath={.spec.replicas}')).toBe('5');
  });

  test('autoscales a DeploymentConfig, whose scale names the pods', async () => {
    await patchStatus('dc/rolling', { replicas: 3, labelSelector: 'app=rolling,deploymentconfig=rolling' });

    expect(await run('autoscale', 'dc/rolling', '--min=1', '--max=5')).toContain('autoscaled');
    const scale = JSON.parse(
      await run('get', '--raw', `/apis/apps.openshift.io/v1/namespaces/${namespace}/deploymentconfigs/rolling/scale`),
    ) as { status: object };
    expect(scale.status).toEqual({ replicas: 3, selector: 'app=rolling,deploymentconfig=rolling' });
  });

  test('explains the fields of its own kinds', async () => {
    expect(await run('explain', 'dc.spec.triggers')).toContain('What starts a rollout.');
    expect(await run('explain', 'is.spec.tags.importPolicy.scheduled')).toContain('Import again at regular intervals.');
  });

  test('does not take a status from a manifest, nor a version that goes back', async () => {
    await run('apply', '-f', join(manifests, 'deploymentconfig-exported.yaml'));
    expect(await run('get', 'dc/exported', '-o', 'jsonpath={.status.latestVersion}')).toBe('0');

    await patchStatus('dc/exported', { latestVersion: 5 });
    await patchStatus('dc/exported', { latestVersion: 6, conditions: null });
    const { code, stderr } = await kubectl([
      ...['--namespace', namespace, 'patch', 'dc/exported', '--subresource=status', '--type=merge'],
      ...['-p', '{"status":{"latestVersion":3}}'],
    ]);

    expect(code).toBe(1);
    expect(stderr).toContain('status.latestVersion: Invalid value: 3: cannot be decremented');
  });
});

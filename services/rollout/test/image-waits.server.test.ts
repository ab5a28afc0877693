import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { expect, inject, test } from 'vitest';
import { startCluster } from './cluster.ts';

const patience = { timeout: 20_000, interval: 50 };

test('a DeploymentConfig gets an image when it is old enough, without any event, and its owner is told once', async () => {
  await using cluster = await startCluster(inject('natsUrl'), inject('kubeconfig'));
  await using _service = await startService('rollout', cluster.env);
  const from = { kind: 'ImageStreamTag', name: 'web:latest' };
  const trigger = {
    type: 'ImageChange' as const,
    imageChangeParams: { automatic: true, containerNames: ['web'], from },
  };
  await cluster.moveTag('web', 'latest', 'web@one');
  await cluster.apply('aged', { triggers: [trigger] });
  await expect.poll(() => cluster.rollouts('aged'), patience).toEqual(['v1 Complete 2/2']);

  const key = { resource: resources.deploymentConfigs, namespace: cluster.namespace, name: 'aged' };
  await cluster.kube.mergePatch(key, { metadata: { annotations: { 'trigger.tagstream.io/minimum-age': '4s' } } });
  const { status } = await cluster.moveTag('web', 'latest', 'web@two');
  await expect.poll(() => cluster.eventReasons('aged'), patience).toContain('ImageUpdateWaiting');
  expect((await cluster.config('aged')).status?.latestVersion).toBe(1);

  await expect.poll(async () => (await cluster.config('aged')).status?.latestVersion, patience).toBe(2);
  const created = status?.tags?.[0]?.items?.[0]?.created ?? '';
  expect(Date.now() - Date.parse(created)).toBeGreaterThanOrEqual(4000);
  expect((await cluster.config('aged')).spec.template?.spec?.containers[0]?.image).toBe('web@two');
  expect((await cluster.eventReasons('aged')).filter((reason) => reason === 'ImageUpdateWaiting')).toHaveLength(1);
});

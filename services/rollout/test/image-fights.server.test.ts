import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { expect, inject, test } from 'vitest';
import { startCluster } from './cluster.ts';

const patience = { timeout: 20_000, interval: 50 };

test('an image that a GitOps tool takes back is put back twice, then waits; nothing is rolled out for it, and the owner is told', async () => {
  await using cluster = await startCluster(inject('natsUrl'), inject('kubeconfig'));
  await using _service = await startService('rollout', cluster.env);
  const from = { kind: 'ImageStreamTag', name: 'web:latest' };
  const imageChangeParams = { automatic: true, containerNames: ['web'], from };
  await cluster.moveTag('web', 'latest', 'web@one');
  await cluster.apply('fought', { triggers: [{ type: 'ConfigChange' }, { type: 'ImageChange', imageChangeParams }] });
  await expect.poll(() => cluster.rollouts('fought'), patience).toEqual(['v1 Complete 2/2']);

  const key = { resource: resources.deploymentConfigs, namespace: cluster.namespace, name: 'fought' };
  const image = async () => (await cluster.config('fought')).spec.template?.spec?.containers[0]?.image;
  const containers = [{ name: 'web', image: 'git:1' }];
  for (let round = 0; round < 3; round++) {
    await expect.poll(image, patience).toBe('web@one');
    const stored = await cluster.config('fought');
    const template = { ...stored.spec.template, spec: { ...stored.spec.template?.spec, containers } };
    await cluster.kube.mergePatch(key, { spec: { template } }, { fieldManager: 'argocd-controller' });
  }
  await expect.poll(() => cluster.eventReasons('fought'), patience).toContain('ImageUpdateReverted');
  expect(await image()).toBe('git:1');
  expect((await cluster.config('fought')).status?.latestVersion).toBe(1);
  expect(await cluster.rollouts('fought')).toEqual(['v1 Complete 2/2']);
});

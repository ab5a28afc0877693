import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, type Resource, resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { digest, follows } from './support/streams.ts';
import { createTriggerAccount } from './support/trigger-account.ts';
import { FIRST_IMAGE, triggers } from './support/workloads.ts';

const { deployments, pods } = resources;
/** A file of kinds is looked at every five seconds. */
const patience = { timeout: 25_000, interval: 100 };
const web = follows('latest', 'registry.example.com/shop/web:latest');
const pullSpec = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(inject('natsUrl'), inject('kubeconfig'));
});
afterAll(() => cluster[Symbol.asyncDispose]());

/** A kind shaped like the Rollout of Argo Rollouts, in a group of the test's own. */
async function defineRollouts(kube: KubeClient, group: string): Promise<Resource> {
  const preserved = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const openAPIV3Schema = { type: 'object', properties: { spec: preserved, status: preserved } };
  const definition = {
    metadata: { name: `rollouts.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'rollouts', kind: 'Rollout' },
      versions: [
        { name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema }, subresources: { status: {} } },
      ],
    },
  };
  await kube.create<KubeObject>(resources.customResourceDefinitions, definition);
  const rollouts: Resource = { group, version: 'v1alpha1', plural: 'rollouts', kind: 'Rollout', namespaced: true };
  await expect
    .poll(
      () =>
        kube.list(rollouts, {}).then(
          () => true,
          () => false,
        ),
      patience,
    )
    .toBe(true);
  return rollouts;
}

test('a kind that an operator lists is followed without a restart, and no longer when it is taken off the list', async () => {
  const group = `${cluster.namespace}.example.com`;
  const rollouts = await defineRollouts(cluster.kube, group);
  const dir = await mkdtemp(join(tmpdir(), 'tagstream-kinds-'));
  const path = join(dir, 'kinds.yaml');
  const list = async (...kinds: string[]) => {
    await writeFile(join(dir, 'next'), `workloads: [${kinds.join()}]`);
    await rename(join(dir, 'next'), path);
  };
  await list();
  try {
    await using service = await startService('trigger', { ...cluster.env, TAGSTREAM_WORKLOADS: path });
    const started = service.pid;
    await cluster.applyStream('listed', [web]);
    await cluster.createWorkload(rollouts, 'listed', triggers({ 'listed:latest': FIRST_IMAGE }));
    await cluster.poll('listed', 'latest', 'a');
    await expect.poll(() => cluster.told('listed'), patience).toHaveLength(1);
    expect(await cluster.image(rollouts, 'listed')).toBe('none');

    await list(
      `{group: ${group}, version: v1alpha1, resource: rollouts, kind: Rollout, podSpecPath: spec.template.spec}`,
    );
    await expect.poll(() => cluster.image(rollouts, 'listed'), patience).toBe(pullSpec('a'));
    await cluster.poll('listed', 'latest', 'b');
    await expect.poll(() => cluster.image(rollouts, 'listed'), patience).toBe(pullSpec('b'));
    expect(await cluster.generation(rollouts, 'listed')).toBe(3);

    await list();
    await expect
      .poll(async () => await (await fetch(`${service.adminUrl}/readyz`)).text(), patience)
      .toContain('not configured any more');
    await cluster.poll('listed', 'latest', 'c');
    await expect.poll(() => cluster.told('listed'), patience).toHaveLength(3);
    expect(await cluster.image(rollouts, 'listed')).toBe(pullSpec('b'));
    expect(service.pid).toBe(started);
  } finally {
    await rm(dir, { recursive: true });
    await cluster.kube.delete({ resource: resources.customResourceDefinitions, name: `rollouts.${group}` });
  }
});

test('kinds that an operator leaves out are left alone, and the service needs no right to them', async () => {
  const { kube, namespace } = cluster;
  const left = ['deployments', 'statefulsets'];
  const without = ['daemonsets', 'replicasets', 'cronjobs', 'jobs', 'replicationcontrollers', 'pods'];
  await using account = await createTriggerAccount(kube, namespace, inject('kubeconfig'), without);
  await using service = await startService('trigger', {
    ...cluster.env,
    KUBECONFIG: account.kubeconfig,
    TAGSTREAM_TRIGGER_KINDS: left.join(),
  });
  await cluster.applyStream('some', [web]);
  await cluster.createWorkload(pods, 'some-pod', triggers({ 'some:latest': 'spec.containers[0].image' }));
  await cluster.createWorkload(deployments, 'some', triggers({ 'some:latest': FIRST_IMAGE }));
  await cluster.poll('some', 'latest', 'a');
  await expect.poll(() => cluster.image(deployments, 'some'), patience).toBe(pullSpec('a'));
  expect(await cluster.image(pods, 'some-pod')).toBe('none');
  const checks = await (await fetch(`${service.adminUrl}/readyz`)).text();
  expect(checks).toContain('watch statefulsets');
  expect(checks).not.toContain('watch pods');
});

import type { DeploymentStrategy, ImageStream, KubeObject, LifecycleHook } from '@tagstream/api-types';
import type { RolloutPod } from '@tagstream/deployment';
import { resources } from '@tagstream/kube';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster, template } from './cluster.ts';
import { startInProcess } from './controllers.ts';

const patience = { timeout: 20_000 };
const servers = { natsUrl: inject('natsUrl'), kubeconfig: inject('kubeconfig') };
const stack = new AsyncDisposableStack();
let cluster: Cluster;

beforeAll(async () => {
  cluster = stack.use(await startCluster(servers.natsUrl, servers.kubeconfig));
  stack.use(await startInProcess(cluster.env));
});
afterAll(() => stack.disposeAsync());

const exec = (failurePolicy: LifecycleHook['failurePolicy'] = 'Abort'): LifecycleHook => {
  return { failurePolicy, execNewPod: { command: ['migrate'], containerName: 'web' } };
};
const tagging = (name: string, namespace?: string): LifecycleHook => {
  const to = { kind: 'ImageStreamTag', name, ...(namespace && { namespace }) };
  return { failurePolicy: 'Abort', tagImages: [{ containerName: 'web', to }] };
};
/** `fate` is what the fake node makes of hook and deployer pods. */
const strategyOf = (hooks: object, fate?: 'fail' | 'hang'): DeploymentStrategy => ({
  rollingParams: { maxSurge: 1, maxUnavailable: 0, ...hooks },
  ...(fate && { annotations: { 'kwok.tagstream.io/outcome': fate } }),
});
const podKey = (name: string) => ({ resource: resources.pods, namespace: cluster.namespace, name });
const podOf = (name: string) => cluster.kube.get<RolloutPod>(podKey(name));
const podPhase = async (name: string) => (await podOf(name).catch(() => undefined))?.status?.phase;
const reasonOf = async (name: string) =>
  (await cluster.controller(name)).metadata.annotations?.['openshift.io/deployment.status-reason'];

describe('hooks', () => {
  test('run as pods before and after the rollout, and tag its image', async () => {
    const strategy = strategyOf({ pre: exec(), post: tagging('hooked:prod') });
    await cluster.apply('hooked', { strategy });
    await expect.poll(() => cluster.rollouts('hooked'), patience).toEqual(['v1 Complete 2/2']);

    const pod = await podOf('hooked-1-hook-pre');
    const rc = await cluster.controller('hooked-1');
    expect(pod.status?.phase).toBe('Succeeded');
    expect(pod.metadata.ownerReferences).toMatchObject([{ kind: 'ReplicationController', uid: rc.metadata.uid }]);
    expect(pod.spec).toMatchObject({
      restartPolicy: 'Never',
      containers: [{ name: 'lifecycle', command: ['migrate'] }],
    });
    const key = { resource: resources.imageStreams, namespace: cluster.namespace, name: 'hooked' };
    const tags = async () => (await cluster.kube.get<ImageStream>(key)).spec?.tags;
    expect(await tags()).toEqual([{ name: 'prod', from: { kind: 'DockerImage', name: 'web:1' } }]);

    // What else the stream says stays.
    await cluster.kube.mergePatch(key, {
      spec: {
        tags: [
          { name: 'test', from: { kind: 'DockerImage', name: 'other:1' } },
          { name: 'prod', importPolicy: { scheduled: true }, from: { kind: 'DockerImage', name: 'web:1' } },
        ],
      },
    });
    await cluster.apply('hooked', { strategy, template: template('hooked', 'web:2') });
    await expect.poll(() => cluster.rollouts('hooked'), patience).toEqual(['v1 Complete 0/0', 'v2 Complete 2/2']);
    expect(await tags()).toEqual([
      { name: 'test', from: { kind: 'DockerImage', name: 'other:1' } },
      { name: 'prod', importPolicy: { scheduled: true }, from: { kind: 'DockerImage', name: 'web:2' } },
    ]);
    await expect.poll(() => cluster.eventReasons('hooked'), patience).toContain('Completed');
  });

  test('that fail end the rollout before anything was scaled; retried, they run again', async () => {
    await cluster.apply('failing', {});
    await expect.poll(() => cluster.rollouts('failing'), patience).toEqual(['v1 Complete 2/2']);
    const strategy = strategyOf({ pre: exec() }, 'fail');
    await cluster.apply('failing', { strategy, template: template('failing', 'web:2') });
    const failed = ['v1 Complete 2/2', 'v2 Failed 0/0'];
    await expect.poll(() => cluster.rollouts('failing'), patience).toEqual(failed);
    const reason =
      'the pre-hook failed: hook pod failing-2-hook-pre failed: container lifecycle ended with exit code 1 (Error)';
    expect(await reasonOf('failing-2')).toBe(reason);
    const milestones = () => cluster.milestones.filter((milestone) => milestone.startsWith('failing-2 '));
    const first = ['failing-2 started', 'failing-2 failed', 'failing-2 rolled-back to 1'];
    // What is retried before that was told is an attempt that nobody hears the end of.
    await expect.poll(milestones, patience).toEqual(first);

    const { uid } = (await podOf('failing-2-hook-pre')).metadata;
    const annotations = { 'openshift.io/deployment.phase': 'New', 'openshift.io/deployment.status-reason': null };
    await cluster.patchController('failing-2', { metadata: { annotations } });
    await expect.poll(async () => (await podOf('failing-2-hook-pre')).metadata.uid, patience).not.toBe(uid);
    await expect.poll(() => reasonOf('failing-2'), patience).toBe(reason);
    await expect
      .poll(milestones, patience)
      .toEqual([...first, 'failing-2 started (2)', 'failing-2 failed (2)', 'failing-2 rolled-back to 1 (2)']);
  });

  test('that a person deletes end the rollout', async () => {
    await cluster.apply('deleted', { strategy: strategyOf({ pre: exec('Retry') }, 'hang') });
    await expect.poll(() => podPhase('deleted-1-hook-pre'), patience).toBe('Running');
    await expect
      .poll(
        async () =>
          (await cluster.controller('deleted-1')).metadata.annotations?.['rollout.tagstream.io/hook-pre']?.split(
            ' ',
          )[0],
        patience,
      )
      .toBe('running');
    await cluster.kube.delete(podKey('deleted-1-hook-pre'));
    await expect.poll(() => cluster.rollouts('deleted'), patience).toEqual(['v1 Failed 0/0']);
    expect(await reasonOf('deleted-1')).toBe('the pre-hook failed: hook pod deleted-1-hook-pre was deleted');
  });

  test('are stopped when the rollout is superseded, before the next one begins', async () => {
    await cluster.apply('stopped', { strategy: strategyOf({ pre: exec() }, 'hang') });
    await expect.poll(() => podPhase('stopped-1-hook-pre'), patience).toBe('Running');
    await cluster.apply('stopped', { strategy: strategyOf({ pre: exec() }), template: template('stopped', 'web:2') });
    await expect.poll(() => cluster.rollouts('stopped'), patience).toEqual(['v1 Failed 0/0', 'v2 Complete 2/2']);
    expect(await podPhase('stopped-1-hook-pre')).toBeUndefined();
    await expect.poll(() => cluster.eventReasons('stopped'), patience).toContain('DeploymentAwaitingCancellation');
  });

  test('may tag in another namespace only what the deployer of their own may', async () => {
    const other = `${cluster.namespace}-other`;
    await cluster.kube.create(resources.namespaces, { metadata: { name: other } });
    const strategy = strategyOf({ post: tagging('app:prod', other) });
    await cluster.apply('crossing', { strategy });
    await expect.poll(() => cluster.rollouts('crossing'), patience).toEqual(['v1 Failed 0/0']);
    expect(await reasonOf('crossing-1')).toContain(`may not patch imagestreams in namespace ${other}`);

    const metadata = { name: 'taggers', namespace: other };
    const rules = [{ apiGroups: ['image.openshift.io'], resources: ['imagestreams'], verbs: ['patch'] }];
    await cluster.kube.create(resources.roles, { metadata, rules } as KubeObject);
    await cluster.kube.create(resources.roleBindings, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'taggers' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: cluster.namespace }],
    } as KubeObject);
    await cluster.apply('crossing', { strategy, template: template('crossing', 'web:2') });
    await expect.poll(() => cluster.rollouts('crossing'), patience).toEqual(['v1 Failed 0/0', 'v2 Complete 2/2']);
    await cluster.kube.delete({ resource: resources.namespaces, name: other });
  });
});

describe('a Custom rollout', () => {
  const custom = (fate?: 'fail' | 'hang'): DeploymentStrategy => ({
    type: 'Custom',
    customParams: { image: 'deployer:1' },
    ...(fate && { annotations: { 'kwok.tagstream.io/outcome': fate } }),
  });

  test('waits for the service account that its pod needs, and follows the pod', async () => {
    await cluster.apply('custom', { strategy: custom() });
    await expect.poll(() => cluster.eventReasons('custom'), patience).toContain('FailedCreate');
    expect(await cluster.rollouts('custom')).toEqual(['v1 New 0/0']);

    const metadata = { name: 'deployer', namespace: cluster.namespace };
    await cluster.kube.create(resources.serviceAccounts, { metadata });
    await expect.poll(() => cluster.rollouts('custom'), patience).toEqual(['v1 Complete 2/2']);
    expect((await cluster.controller('custom-1')).metadata.annotations).toMatchObject({
      'openshift.io/deployer-pod.name': 'custom-1-deploy',
      'openshift.io/deployer-pod.started-at': expect.stringMatching(/ \+0000 UTC$/),
    });

    await cluster.apply('custom', { strategy: custom('fail'), template: template('custom', 'web:2') });
    await expect.poll(() => cluster.rollouts('custom'), patience).toEqual(['v1 Complete 2/2', 'v2 Failed 0/0']);
  });

  test('ends with its pod when it is cancelled, and fails when its pod is lost', async () => {
    await cluster.apply('lost', { strategy: custom('hang') });
    await expect.poll(() => cluster.rollouts('lost'), patience).toEqual(['v1 Running 0/0']);
    await cluster.patchController('lost-1', {
      metadata: { annotations: { 'openshift.io/deployment.cancelled': 'true' } },
    });
    await expect.poll(() => cluster.rollouts('lost'), patience).toEqual(['v1 Failed 0/0']);
    expect(await podPhase('lost-1-deploy')).toBeUndefined();

    await cluster.apply('lost', { strategy: custom('hang'), template: template('lost', 'web:2') });
    await expect.poll(() => cluster.rollouts('lost'), patience).toContain('v2 Running 0/0');
    await cluster.kube.delete(podKey('lost-2-deploy'));
    await expect.poll(() => cluster.rollouts('lost'), patience).toEqual(['v1 Failed 0/0', 'v2 Failed 0/0']);
    expect(await reasonOf('lost-2')).toBe('deployer pod no longer exists');
  });
});

test('replicas asked for while a rollout runs count after it', async () => {
  const strategy = strategyOf({ post: exec() }, 'hang');
  await cluster.apply('growing', { strategy });
  await expect.poll(() => podPhase('growing-1-hook-post'), patience).toBe('Running');
  await cluster.apply('growing', { strategy, replicas: 4 });
  const annotations = { 'kwok.tagstream.io/outcome': null };
  expect(await cluster.rollouts('growing')).toEqual(['v1 Running 2/2']);
  await cluster.kube.mergePatch(podKey('growing-1-hook-post'), { metadata: { annotations } });
  await expect.poll(() => cluster.rollouts('growing'), patience).toEqual(['v1 Complete 4/4']);
});

test('a return to an older version is told as one', async () => {
  for (const [older, image] of ['web:1', 'web:2', 'web:1'].entries()) {
    await cluster.apply('returning', { template: template('returning', image) });
    await expect.poll(() => cluster.rollouts('returning'), patience).toContain(`v${older + 1} Complete 2/2`);
  }
  await expect
    .poll(() => cluster.milestones.filter((milestone) => milestone.startsWith('returning-3 ')), patience)
    .toContain('returning-3 rolled-back to 1');
});

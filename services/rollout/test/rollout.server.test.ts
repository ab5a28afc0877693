import type { DeploymentTrigger } from '@tagstream/api-types';
import { TagUpdated } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster, template } from './cluster.ts';

const patience = { timeout: 20_000 };

describe('the rollout service', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let service: ServiceProcess;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    service = stack.use(await startService('rollout', cluster.env));
  });
  afterAll(() => stack.disposeAsync());

  const condition = async (name: string, type: string) =>
    (await cluster.config(name)).status?.conditions?.find((c) => c.type === type);
  const imageTrigger = (container: string, name: string): DeploymentTrigger => ({
    type: 'ImageChange',
    imageChangeParams: { automatic: true, containerNames: [container], from: { kind: 'ImageStreamTag', name } },
  });

  test('a new DeploymentConfig is rolled out as version 1, and everybody is told', async () => {
    await cluster.apply('first', {});

    await expect.poll(() => cluster.rollouts('first'), patience).toEqual(['v1 Complete 2/2']);
    await expect
      .poll(async () => (await cluster.config('first')).status, patience)
      .toMatchObject({
        latestVersion: 1,
        observedGeneration: 1,
        replicas: 2,
        updatedReplicas: 2,
        availableReplicas: 2,
        details: { message: 'config change', causes: [{ type: 'ConfigChange' }] },
        labelSelector: 'app=first,deploymentconfig=first',
        triggeredBy: 'config',
      });
    expect(await condition('first', 'Available')).toMatchObject({ status: 'True' });
    expect(await condition('first', 'Progressing')).toMatchObject({ reason: 'NewReplicationControllerAvailable' });
    await expect
      .poll(() => cluster.milestones.filter((m) => m.startsWith('first-1 ')), patience)
      .toEqual(['first-1 started', 'first-1 first-pod-ready', 'first-1 complete']);
    await expect.poll(() => cluster.eventReasons('first'), patience).toContain('DeploymentCreated');
  });

  test('an edited template replaces the version before; an unchanged apply does nothing', async () => {
    await cluster.apply('edited', {});
    await expect.poll(() => cluster.rollouts('edited'), patience).toEqual(['v1 Complete 2/2']);

    await cluster.apply('edited', { template: template('edited', 'web:2') });
    await expect.poll(() => cluster.rollouts('edited'), patience).toEqual(['v1 Complete 0/0', 'v2 Complete 2/2']);

    // What is the same but for defaults is no change: scaling, which is one, is done without a new version.
    const { spec } = template('edited', 'web:2');
    const defaulted = {
      ...template('edited', ' web:2 '),
      spec: { ...spec, containers: [{ ...spec.containers[0]!, imagePullPolicy: 'IfNotPresent' }] },
    };
    await cluster.apply('edited', { replicas: 3, template: defaulted });
    await expect.poll(() => cluster.rollouts('edited'), patience).toEqual(['v1 Complete 0/0', 'v2 Complete 3/3']);
    expect((await cluster.config('edited')).status?.latestVersion).toBe(2);
  });

  test('a tag that moves is written into the DeploymentConfig and rolled out', async () => {
    await cluster.apply('imaged', {
      triggers: [{ type: 'ConfigChange' }, imageTrigger('web', 'app:latest')],
      template: template('imaged', ' '),
    });
    await expect
      .poll(async () => (await cluster.config('imaged')).status?.triggeredBy, patience)
      .toBe('config,image(app:latest)');
    expect(await cluster.rollouts('imaged')).toEqual([]);

    await cluster.moveTag('app', 'latest', 'registry.example.com/app@sha256:1');
    await expect.poll(() => cluster.rollouts('imaged'), patience).toEqual(['v1 Complete 2/2']);
    const { spec } = await cluster.config('imaged');
    expect(spec.template?.spec?.containers[0]?.image).toBe('registry.example.com/app@sha256:1');
    expect(spec.triggers?.[1]?.imageChangeParams?.lastTriggeredImage).toBe('registry.example.com/app@sha256:1');

    await cluster.moveTag('app', 'latest', 'registry.example.com/app@sha256:2');
    await expect.poll(() => cluster.rollouts('imaged'), patience).toEqual(['v1 Complete 0/0', 'v2 Complete 2/2']);
    const rc = await cluster.controller('imaged-2');
    expect(rc.spec.template?.spec?.containers[0]?.image).toBe('registry.example.com/app@sha256:2');
    expect(rc.metadata.annotations?.['openshift.io/deployment.status-reason']).toBe('image change');
  });

  test('an image of another namespace is used where that lets this one pull; otherwise the owner is told', async () => {
    const base = `${cluster.namespace}-base`;
    await cluster.kube.create(resources.namespaces, { metadata: { name: base } });
    try {
      for (const name of ['open', 'closed']) {
        const stream = { resource: resources.imageStreams, namespace: base, name };
        const image = `registry.example.com/${name}@sha256:1`;
        const items = [{ created: new Date().toISOString(), dockerImageReference: image, image: '', generation: 1 }];
        await cluster.kube.create(resources.imageStreams, { metadata: { name, namespace: base } });
        const status = { tags: [{ tag: 'latest', items }] };
        await cluster.kube.mergePatch(stream, { status }, { subresource: 'status' });
      }
      await letPull(cluster, base, 'open');
      for (const name of ['open', 'closed']) {
        const trigger = imageTrigger('web', `${name}:latest`);
        const { imageChangeParams: params } = trigger;
        const from = { ...params!.from, namespace: base };
        const triggers = [{ ...trigger, imageChangeParams: { ...params!, from } }];
        await cluster.apply(name, { triggers, template: template(name, ' ') });
      }

      await expect.poll(() => cluster.rollouts('open'), patience).toEqual(['v1 Complete 2/2']);
      await expect.poll(() => cluster.eventReasons('closed'), patience).toEqual(['ImagePullForbidden']);
      expect(await cluster.rollouts('closed')).toEqual([]);
      expect((await cluster.config('closed')).spec.template?.spec?.containers[0]?.image).toBe(' ');
    } finally {
      await cluster.kube.delete({ resource: resources.namespaces, name: base });
    }
  });

  test('a tag-updated event is acknowledged once its images are written', async () => {
    await cluster.apply('woken', { triggers: [imageTrigger('web', 'woken:latest')], template: template('woken', ' ') });
    const stream = await cluster.moveTag('woken', 'latest', 'registry.example.com/woken@sha256:1');
    await cluster.bus.publish(TagUpdated, {
      ...TagUpdated.sample,
      namespace: cluster.namespace,
      stream: 'woken',
      streamUid: stream.metadata.uid!,
      tag: 'latest',
    });
    await expect.poll(() => cluster.rollouts('woken'), patience).toEqual(['v1 Complete 2/2']);
    const metrics = async () => await (await fetch(`${service.adminUrl}/metrics`)).text();
    await expect
      .poll(metrics, patience)
      .toMatch(/tagstream_rollout_messages_total\{consumer="rollout",outcome="done"\} [1-9]/);
  });

  test('Recreate takes the old pods away before it starts new ones', async () => {
    const strategy = { type: 'Recreate' } as const;
    await cluster.apply('recreated', { strategy });
    await expect.poll(() => cluster.rollouts('recreated'), patience).toEqual(['v1 Complete 2/2']);
    await cluster.apply('recreated', { strategy, template: template('recreated', 'web:2') });
    await expect.poll(() => cluster.rollouts('recreated'), patience).toEqual(['v1 Complete 0/0', 'v2 Complete 2/2']);
  });

  test('a rollout whose pods never become ready fails, and the version before serves again', async () => {
    const strategy = { rollingParams: { timeoutSeconds: 2, maxSurge: 1, maxUnavailable: 1 } };
    await cluster.apply('broken', { strategy });
    await expect.poll(() => cluster.rollouts('broken'), patience).toEqual(['v1 Complete 2/2']);

    await cluster.apply('broken', { strategy, template: template('broken', 'web:2', 'never-ready') });
    await expect.poll(() => cluster.rollouts('broken'), patience).toEqual(['v1 Complete 2/2', 'v2 Failed 0/0']);
    await expect
      .poll(() => condition('broken', 'Progressing'), patience)
      .toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    await expect
      .poll(() => cluster.milestones.filter((m) => m.startsWith('broken-2 ')), patience)
      .toEqual(['broken-2 started', 'broken-2 failed', 'broken-2 rolled-back to 1']);
    expect((await cluster.controller('broken-2')).metadata.annotations).toMatchObject({
      'openshift.io/deployment.status-reason': 'timed out waiting for any update progress to be made',
    });
  });

  test('a rollout that a person cancels falls back', async () => {
    await cluster.apply('stopped', {});
    await expect.poll(() => cluster.rollouts('stopped'), patience).toEqual(['v1 Complete 2/2']);
    await cluster.apply('stopped', { template: template('stopped', 'web:2', 'never-ready') });
    await expect.poll(() => cluster.rollouts('stopped'), patience).toContain('v2 Running 0/1');
    const annotations = {
      'openshift.io/deployment.cancelled': 'true',
      'openshift.io/deployment.status-reason': 'cancelled by the user',
    };
    await cluster.patchController('stopped-2', { metadata: { annotations } });
    await expect.poll(() => cluster.rollouts('stopped'), patience).toEqual(['v1 Complete 2/2', 'v2 Failed 0/0']);
    await expect
      .poll(() => condition('stopped', 'Progressing'), patience)
      .toMatchObject({ reason: 'RolloutCancelled' });
  });

  test('a template that the API server refuses becomes a condition, and a corrected one is rolled out', async () => {
    const bad = template('refused', 'web:1');
    const containers = [{ ...bad.spec.containers[0]!, volumeMounts: [{ name: 'nowhere', mountPath: '/data' }] }];
    await cluster.apply('refused', { template: { ...bad, spec: { ...bad.spec, containers } } });
    await expect
      .poll(() => condition('refused', 'Progressing'), patience)
      .toMatchObject({ status: 'False', reason: 'ReplicationControllerCreateError' });
    expect((await condition('refused', 'Progressing'))?.message).toContain("Couldn't deploy version 1");
    await expect.poll(() => cluster.eventReasons('refused'), patience).toContain('DeploymentCreationFailed');

    await cluster.apply('refused', {});
    await expect.poll(() => cluster.rollouts('refused'), patience).toContain('v1 Complete 2/2');
  });

  test('a ReplicationController of somebody else in the way is reported, and its removal lets the rollout go on', async () => {
    const labels = { app: 'somebody' };
    const { namespace } = cluster;
    await cluster.kube.create(resources.replicationControllers, {
      metadata: { name: 'blocked-1', namespace },
      spec: {
        replicas: 0,
        selector: labels,
        template: { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x' }] } },
      },
    } as never);
    await cluster.apply('blocked', {});
    await expect
      .poll(() => condition('blocked', 'Progressing'), patience)
      .toMatchObject({ reason: 'ReplicationControllerCreateError' });
    expect((await condition('blocked', 'Progressing'))?.message).toContain('does not belong to this DeploymentConfig');

    await cluster.kube.delete({ resource: resources.replicationControllers, namespace, name: 'blocked-1' });
    await expect.poll(() => cluster.rollouts('blocked'), patience).toEqual(['v1 Complete 2/2']);
  });

  test('the scale subresource scales the active version, and scaling that by hand does not last', async () => {
    await cluster.apply('scaled', {});
    await expect.poll(() => cluster.rollouts('scaled'), patience).toEqual(['v1 Complete 2/2']);
    const key = { resource: resources.deploymentConfigs, namespace: cluster.namespace, name: 'scaled' };
    await cluster.kube.mergePatch(key, { spec: { replicas: 4 } }, { subresource: 'scale' });
    await expect.poll(() => cluster.rollouts('scaled'), patience).toEqual(['v1 Complete 4/4']);
    await cluster.patchController('scaled-1', { spec: { replicas: 1 } });
    await expect.poll(() => cluster.rollouts('scaled'), patience).toEqual(['v1 Complete 4/4']);
  });

  test('history beyond the limit is deleted, and deleting the DeploymentConfig deletes everything', async () => {
    const limited = { replicas: 1, revisionHistoryLimit: 1 };
    for (const version of [1, 2, 3]) {
      await cluster.apply('pruned', { ...limited, template: template('pruned', `web:${version}`) });
      await expect.poll(() => cluster.rollouts('pruned'), patience).toContain(`v${version} Complete 1/1`);
    }
    await expect.poll(() => cluster.rollouts('pruned'), patience).toEqual(['v2 Complete 0/0', 'v3 Complete 1/1']);
    await cluster.kube.delete({ resource: resources.deploymentConfigs, namespace: cluster.namespace, name: 'pruned' });
    // The garbage collector hears of new kinds of owners only twice a minute.
    await expect.poll(() => cluster.rollouts('pruned'), { timeout: 45_000 }).toEqual([]);
  }, 90_000);
});

/** Lets the service accounts of the cluster's namespace pull from one stream of another namespace. */
async function letPull({ kube, namespace }: Cluster, base: string, stream: string): Promise<void> {
  const api = 'rbac.authorization.k8s.io';
  const path = `/apis/${api}/v1/namespaces/${base}`;
  const rule = { apiGroups: ['image.openshift.io'], resources: ['imagestreams/layers'], verbs: ['get'] };
  const metadata = { name: 'pull' };
  await kube.request('POST', `${path}/roles`, { body: { metadata, rules: [{ ...rule, resourceNames: [stream] }] } });
  const group = { apiGroup: api, kind: 'Group', name: `system:serviceaccounts:${namespace}` };
  const roleRef = { apiGroup: api, kind: 'Role', name: 'pull' };
  await kube.request('POST', `${path}/rolebindings`, { body: { metadata, roleRef, subjects: [group] } });
}

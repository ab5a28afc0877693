import type { KubeObject } from '@tagstream/api-types';
import { RESOLVE_NAMES_ANNOTATION } from '@tagstream/image-stream';
import { type Resource, resources } from '@tagstream/kube';
import { freePort, type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type Cluster, firstContainer, image, podSpec, specOf, startCluster } from './cluster.ts';
import { post } from './tls-probe.ts';

/** From a write to its effect in another process on a busy machine. */
const patience = { timeout: 15_000 };

const {
  pods,
  replicationControllers,
  deployments,
  statefulSets,
  daemonSets,
  replicaSets,
  jobs,
  cronJobs,
  deploymentConfigs,
  configMaps,
} = resources;

describe('local image names in a cluster', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let service: ServiceProcess;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    const port = await freePort();
    await cluster.writeStream('app', { lookupPolicy: { local: true } }, { latest: 'a' });
    await cluster.writeStream('closed', {}, { latest: 'b' });
    await cluster.callWebhook(port);
    service = stack.use(
      await startService('webhooks', {
        ...cluster.env(port),
        TAGSTREAM_ADMISSION_SECRET: `${cluster.namespace}/admission-certificate`,
      }),
    );
    // The API server takes a moment to see that the webhook is trusted now.
    let tries = 0;
    const probe = () => resolved(pods, 'app:latest', `probe-${tries++}`, true);
    await vi.waitFor(async () => expect(await probe()).toBe(image('a')), patience);
  });
  afterAll(() => stack.disposeAsync());

  /** The image that an object has after it was created with this one. */
  async function resolved(
    resource: Resource,
    named: string,
    name: string,
    dryRun = false,
  ): Promise<string | undefined> {
    const created = await cluster.create(resource, name, { spec: specOf(resource, named) }, { dryRun });
    return firstContainer(created)?.image;
  }

  /** How often the service was asked. */
  async function asked(): Promise<number> {
    const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
    const counts = [...text.matchAll(/^tagstream_admission_reviews_total\{.*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  test.each([
    ['Pod', pods],
    ['ReplicationController', replicationControllers],
    ['Deployment', deployments],
    ['StatefulSet', statefulSets],
    ['DaemonSet', daemonSets],
    ['ReplicaSet', replicaSets],
    ['Job', jobs],
    ['CronJob', cronJobs],
    ['DeploymentConfig', deploymentConfigs],
  ])('a new %s that says app:latest runs the image of the stream', async (kind, resource) => {
    expect(await resolved(resource, 'app:latest', `new-${kind.toLowerCase()}`)).toBe(image('a'));
  });

  test('a Deployment that asks for it gets the image of a stream that allows nobody', async () => {
    const annotations = { [RESOLVE_NAMES_ANNOTATION]: '*' };
    const spec = specOf(deployments, 'closed', annotations);
    expect(await resolved(deployments, 'closed', 'not-asking')).toBe('closed');
    expect(firstContainer(await cluster.create(deployments, 'asking', { spec }))?.image).toBe(image('b'));
  });

  test('the annotation that is added later is heeded, and a name that is written again is resolved again', async () => {
    await resolved(deployments, 'closed', 'changing');
    const key = { resource: deployments, namespace: cluster.namespace, name: 'changing' };
    const image_ = async () => firstContainer(await cluster.get(deployments, 'changing'))?.image;
    const write = (named: string) =>
      cluster.kube.jsonPatch<KubeObject>(key, [
        { op: 'replace', path: '/spec/template/spec/containers/0/image', value: named },
      ]);
    await cluster.kube.mergePatch(key, { metadata: { annotations: { [RESOLVE_NAMES_ANNOTATION]: '*' } } });
    expect(await image_()).toBe(image('b'));
    await write('nginx:1');
    expect(await image_()).toBe('nginx:1');
    await write('closed');
    expect(await image_()).toBe(image('b'));
  });

  test('an object that another one controls stays as it is, even if it asks', async () => {
    const owner = await cluster.kube.create<KubeObject>(configMaps, {
      metadata: { name: 'owner', namespace: cluster.namespace },
    });
    const { uid = '' } = owner.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid, controller: true }];
    const annotations = { [RESOLVE_NAMES_ANNOTATION]: '*' };
    const metadata = { name: 'child', namespace: cluster.namespace, annotations, ownerReferences };
    const child = await cluster.create(replicaSets, 'child', { metadata, spec: specOf(replicaSets, 'app:latest') });
    expect(firstContainer(child)?.image).toBe('app:latest');
  });

  test('what carries the label that opts out stays as it is', async () => {
    const labels = { 'webhooks.tagstream.io/local-names': 'disabled' };
    const metadata = { name: 'opted-out', namespace: cluster.namespace, labels };
    const created = await cluster.create(pods, 'opted-out', { metadata, spec: podSpec('app:latest') });
    expect(firstContainer(created)?.image).toBe('app:latest');
  });

  test('a DeploymentConfig keeps the pull policy that belongs to the name it was written with', async () => {
    const created = await cluster.create(deploymentConfigs, 'policy', {
      spec: specOf(deploymentConfigs, 'app:latest'),
    });
    expect(firstContainer(created)).toMatchObject({ image: image('a'), imagePullPolicy: 'Always' });
    const template = {
      metadata: { labels: { app: 'app' } },
      spec: podSpec('app:latest', { imagePullPolicy: 'Never' }),
    };
    const other = await cluster.create(deploymentConfigs, 'own-policy', { spec: { replicas: 0, template } });
    expect(firstContainer(other)?.imagePullPolicy).toBe('Never');
  });

  test('a DeploymentConfig with a placeholder for its trigger is accepted', async () => {
    const from = { kind: 'ImageStreamTag', name: 'app:latest' };
    const triggers = [{ type: 'ImageChange', imageChangeParams: { automatic: true, containerNames: ['app'], from } }];
    const containers = [{ name: 'app' }, { name: 'blank', image: ' ' }];
    const initContainers = [{ name: 'init', image: 'app' }];
    const template = { metadata: { labels: { app: 'app' } }, spec: { containers, initContainers } };
    const created = await cluster.create(deploymentConfigs, 'placeholder', {
      spec: { replicas: 0, triggers, template },
    });
    expect(created.spec.template?.spec).toMatchObject({
      containers: [{ imagePullPolicy: 'IfNotPresent' }, { image: ' ', imagePullPolicy: 'IfNotPresent' }],
      initContainers: [{ image: image('a'), imagePullPolicy: 'Always' }],
    });
  });

  test('the API server asks only about objects that name an image without a digest', async () => {
    const spec = specOf(deployments, 'app:latest');
    await cluster.create(deployments, 'quiet', { spec: { ...spec, replicas: 1 } });
    const before = await asked();
    const key = { resource: deployments, namespace: cluster.namespace, name: 'quiet' };
    await cluster.create(deployments, 'by-digest', { spec: specOf(deployments, image('c')) });
    await cluster.create(jobs, 'job-by-digest', { spec: specOf(jobs, image('c')) });
    await cluster.kube.mergePatch(key, { spec: { replicas: 2 } });
    await cluster.kube.mergePatch(key, { metadata: { labels: { changed: 'yes' } } });
    await expect
      .poll(
        async () =>
          (await cluster.kube.list(pods, { namespace: cluster.namespace, labelSelector: 'app=app' })).items.length,
        patience,
      )
      .toBeGreaterThanOrEqual(2);
    await resolved(deployments, 'nginx:1', 'named');
    expect(await asked()).toBe(before + 1);
    await cluster.kube.mergePatch({ ...key, name: 'named' }, { spec: { replicas: 1 } });
    expect(await asked()).toBe(before + 1);
  });

  test('a stream that is new or has moved is used for the next object', async () => {
    await cluster.writeStream('moving', { lookupPolicy: { local: true } }, {});
    await cluster.writeStream('moving', { lookupPolicy: { local: true } }, { latest: 'd' });
    let tries = 0;
    const next = () => resolved(pods, 'moving', `moving-${tries++}`, true);
    await expect.poll(next, patience).toBe(image('d'));
    await cluster.writeStream('moving', { lookupPolicy: { local: true } }, { latest: 'e' });
    await expect.poll(next, patience).toBe(image('e'));
  });

  test('the webhook is ready and answers without NATS', async () => {
    const port = await freePort();
    await using withoutNats = await startService('webhooks', {
      ...cluster.env(port),
      NATS_URL: 'nats://127.0.0.1:1',
      TAGSTREAM_ADMISSION_SECRET: `${cluster.namespace}/admission-certificate`,
    });
    const [ca = ''] = await cluster.bundles();
    const review = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' };
    expect(await post({ port, ca, path: '/admission', body: JSON.stringify(review) })).toMatchObject({ status: 400 });
    const report = await (await fetch(`${withoutNats.adminUrl}/readyz`)).json();
    expect(report).toMatchObject({ checks: { nats: { detail: 'waiting for the first connection to NATS' } } });
  });

  test('a dead webhook stops nobody, and names are resolved again when it is back', async () => {
    await service.kill();
    const startedAt = performance.now();
    expect(await resolved(deployments, 'app:latest', 'meanwhile')).toBe('app:latest');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await service.restart();
    let tries = 0;
    await expect.poll(() => resolved(pods, 'app', `again-${tries++}`, true), patience).toBe(image('a'));
  });
});

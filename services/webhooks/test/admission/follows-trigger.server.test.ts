import { type Resource, resources } from '@tagstream/kube';
import { freePort, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type Cluster, firstContainer, image, specOf, startCluster } from './cluster.ts';

/** From a write to its effect in another process on a busy machine. */
const patience = { timeout: 20_000 };

const { deployments, cronJobs } = resources;

const TRIGGERS = 'image.openshift.io/triggers';

describe('a local name beside a trigger', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    const port = await freePort();
    await cluster.writeStream('app', { lookupPolicy: { local: true } }, { latest: 'a' });
    await cluster.callWebhook(port);
    const secret = `${cluster.namespace}/admission-certificate`;
    const env = { ...cluster.env(port), TAGSTREAM_ADMISSION_SECRET: secret };
    stack.use(await startService('webhooks', env));
    stack.use(await startService('trigger', env));
    const spec = specOf(deployments, 'app:latest');
    const probe = () => cluster.create(deployments, 'probe', { spec }, { dryRun: true });
    await vi.waitFor(async () => expect(firstContainer(await probe())?.image).toBe(image('a')), patience);
  });
  afterAll(() => stack.disposeAsync());

  const running = async (resource: Resource, name: string) => firstContainer(await cluster.get(resource, name))?.image;

  async function createTriggered(resource: Resource, name: string, base: string): Promise<string | undefined> {
    const from = { kind: 'ImageStreamTag', name: 'app:latest' };
    const triggers = [{ from, fieldPath: `${base}.containers[?(@.name=="app")].image` }];
    const metadata = { name, namespace: cluster.namespace, annotations: { [TRIGGERS]: JSON.stringify(triggers) } };
    return firstContainer(await cluster.create(resource, name, { metadata, spec: specOf(resource, 'app:latest') }))
      ?.image;
  }

  test('an object runs the digest from its creation on, and follows the tag', async () => {
    expect(await createTriggered(deployments, 'web', 'spec.template.spec')).toBe(image('a'));
    expect(await createTriggered(cronJobs, 'nightly', 'spec.jobTemplate.spec.template.spec')).toBe(image('a'));
    await cluster.create(deployments, 'still', { spec: specOf(deployments, 'app:latest') });

    await cluster.writeStream('app', { lookupPolicy: { local: true } }, { latest: 'b' });

    await expect.poll(() => running(deployments, 'web'), patience).toBe(image('b'));
    await expect.poll(() => running(cronJobs, 'nightly'), patience).toBe(image('b'));
    expect(await running(deployments, 'still')).toBe(image('a'));
  });

  test('its manifest applied again changes nothing', async () => {
    await cluster.writeStream('app', { lookupPolicy: { local: true } }, { latest: 'c' });
    await expect.poll(() => running(deployments, 'web'), patience).toBe(image('c'));
    const before = (await cluster.get(deployments, 'web')).metadata.generation;
    const containers = [{ name: 'app', image: 'app:latest' }];
    const patch = { spec: { template: { spec: { containers } } } };
    const key = { resource: deployments, namespace: cluster.namespace, name: 'web' };
    await cluster.kube.mergePatch(key, patch);
    const { metadata } = await cluster.get(deployments, 'web');
    expect({ generation: metadata.generation, image: await running(deployments, 'web') }).toEqual({
      generation: before,
      image: image('c'),
    });
  });
});

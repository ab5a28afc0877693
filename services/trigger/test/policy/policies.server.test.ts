import { MINIMUM_AGE_ANNOTATION, parseReverts } from '@tagstream/image-stream';
import { resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { digest, follows } from '../support/streams.ts';
import { FIRST_IMAGE, triggers } from '../support/workloads.ts';

const { deployments } = resources;
const patience = { timeout: 15_000, interval: 50 };
const web = follows('latest', 'registry.example.com/shop/web:latest');
const pullSpec = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

describe('two replicas', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let replicas: ServiceProcess[];

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    replicas = [
      stack.use(await startService('trigger', cluster.env)),
      stack.use(await startService('trigger', cluster.env)),
    ];
  });
  afterAll(() => stack.disposeAsync());

  const key = (name: string) => ({ resource: deployments, namespace: cluster.namespace, name });
  const annotations = async (name: string) => (await cluster.kube.get(key(name))).metadata.annotations;

  test('write an image when it is old enough, once, though one is killed while it waits and no event comes', async () => {
    await cluster.applyStream('aged', [web]);
    await cluster.createWorkload(deployments, 'aged', triggers({ 'aged:latest': FIRST_IMAGE }));
    const policy = { metadata: { annotations: { [MINIMUM_AGE_ANNOTATION]: '4s' } } };
    await cluster.kube.mergePatch(key('aged'), policy);
    const before = await cluster.generation(deployments, 'aged');
    await cluster.poll('aged', 'latest', 'a');
    await expect.poll(() => cluster.eventsAbout('aged'), patience).toEqual(['Normal ImageUpdateWaiting x1']);
    await replicas[0]?.kill();
    expect(await cluster.image(deployments, 'aged')).toBe('none');
    await replicas[0]?.restart();
    await expect.poll(() => cluster.image(deployments, 'aged'), patience).toBe(pullSpec('a'));
    const item = (await cluster.stream('aged')).status?.tags?.[0]?.items?.[0];
    expect(Date.now() - Date.parse(item?.created ?? '')).toBeGreaterThanOrEqual(4000);
    expect(await cluster.generation(deployments, 'aged')).toBe(before + 1);
    expect(await cluster.eventsAbout('aged')).toEqual(['Normal ImageUpdateWaiting x1']);
  });

  test('hold back every image while the policy cannot be read, and tell the owner', async () => {
    await cluster.applyStream('unclear', [web]);
    await cluster.createWorkload(deployments, 'unclear', triggers({ 'unclear:latest': FIRST_IMAGE }));
    const policy = (text: string | null) => ({ metadata: { annotations: { 'trigger.tagstream.io/hold': text } } });
    await cluster.kube.mergePatch(key('unclear'), policy('please'));
    await cluster.poll('unclear', 'latest', 'a');
    await expect
      .poll(() => cluster.eventsAbout('unclear'), patience)
      .toEqual([expect.stringMatching(/^Warning ImageUpdatePolicyInvalid/)]);
    expect(await cluster.image(deployments, 'unclear')).toBe('none');
    await cluster.kube.mergePatch(key('unclear'), policy(null));
    await expect.poll(() => cluster.image(deployments, 'unclear'), patience).toBe(pullSpec('a'));
  });

  test('stop writing at once when a GitOps tool takes the image back for the third time, and say what to do', async () => {
    await cluster.applyStream('fought', [web]);
    await cluster.createWorkload(deployments, 'fought', triggers({ 'fought:latest': FIRST_IMAGE }));
    await cluster.poll('fought', 'latest', 'a');
    const image = () => cluster.image(deployments, 'fought');
    const labels = { app: 'fought' };
    const containers = [{ name: 'app', image: 'git:1' }];
    const manifest = {
      metadata: { name: 'fought' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    };
    for (let round = 0; round < 3; round++) {
      await expect.poll(image, patience).toBe(pullSpec('a'));
      await cluster.kube.apply(key('fought'), manifest, { fieldManager: 'argocd-controller', force: true });
    }
    await expect.poll(() => cluster.eventsAbout('fought'), patience).toEqual(['Warning ImageUpdateReverted x1']);
    for (const replica of replicas) await replica.restart();
    await cluster.poll('fought', 'latest', 'b');
    await expect.poll(() => cluster.told('fought'), patience).toHaveLength(2);
    // The message of the next image has been dealt with when the one after it has.
    await cluster.applyStream('after', [web]);
    await cluster.createWorkload(deployments, 'after', triggers({ 'after:latest': FIRST_IMAGE }));
    await cluster.poll('after', 'latest', 'a');
    await expect.poll(() => cluster.image(deployments, 'after'), patience).toBe(pullSpec('a'));
    expect(await image()).toBe('git:1');
    expect(parseReverts(await annotations('fought')).get('app')).toMatchObject({ by: 'argocd-controller', count: 2 });
    expect(await annotations('after')).not.toHaveProperty(['trigger.tagstream.io/reverted']);
  });
});

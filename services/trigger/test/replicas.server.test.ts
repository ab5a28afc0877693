import { RegistryPoll } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { startNatsProxy } from './support/nats-proxy.ts';
import { digest, follows } from './support/streams.ts';
import { FIRST_IMAGE, triggers } from './support/workloads.ts';

const { deployments } = resources;
const patience = { timeout: 25_000 };
const natsUrl = inject('natsUrl');

const web = (tag: string) => follows(tag, `registry.example.com/shop/web:${tag}`);
const pullSpec = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

/** Updates that the services say they made. What they say comes another way than what they do, and may come later. */
function updatesLogged(...services: readonly ServiceProcess[]): number {
  return services.flatMap((service) => service.lines()).filter(({ message }) => message === 'tag updated').length;
}

describe('several trigger services', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = stack.use(await startCluster(natsUrl, inject('kubeconfig')));
  });
  afterAll(() => stack.disposeAsync());

  test('make one history item and one event of each image, and write each workload once', async () => {
    await using first = await startService('trigger', cluster.env);
    await using second = await startService('trigger', cluster.env);
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) {
      await cluster.applyStream(name, [web('latest'), follows('prod', 'latest', 'ImageStreamTag')]);
      await cluster.createWorkload(deployments, name, triggers({ [`${name}:prod`]: FIRST_IMAGE }));
    }
    for (const image of 'abc') {
      await Promise.all(
        names.map(async (name) => {
          const seen = await cluster.poll(name, 'latest', image);
          // The same finding, told as another message, may be in the hands of the other replica at the same time.
          await cluster.bus.publish(RegistryPoll, { ...seen, specGeneration: seen.specGeneration + 1 });
        }),
      );
      for (const name of names) {
        await expect.poll(() => cluster.image(deployments, name), patience).toBe(pullSpec(image));
      }
    }
    for (const name of names) {
      const told = ['a', 'b', 'c'].flatMap((image) => [`latest ${image} webhook`, `prod ${image} tag`]);
      await expect.poll(() => cluster.told(name).toSorted(), patience).toEqual(told.toSorted());
      expect(await cluster.history(name, 'prod')).toBe('cba');
      expect(await cluster.generation(deployments, name)).toBe(4);
    }
    await expect.poll(() => updatesLogged(first, second), patience).toBe(names.length * 6);
  });

  test('hear of each other which events there are, so that the cause stays with who knows it', async () => {
    await using first = await startService('trigger', cluster.env);
    await using second = await startService('trigger', cluster.env);
    await cluster.applyStream('caused', [web('latest')]);
    await cluster.poll('caused', 'latest', 'a');
    await expect.poll(() => cluster.told('caused'), patience).toHaveLength(1);
    // Both have had the time to find something missing when what was written by hand later is told as missed.
    await cluster.applyStream('edited', [web('latest')]);
    const { status } = await cluster.stream('caused');
    await cluster.patchStatus('edited', { tags: status?.tags });
    await expect.poll(() => cluster.told('edited'), patience).toEqual(['latest a resync']);
    expect(cluster.told('caused')).toEqual(['latest a webhook']);
    await expect.poll(() => updatesLogged(first, second), patience).toBe(2);
  });
});

describe('a trigger service that dies', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = stack.use(await startCluster(natsUrl, inject('kubeconfig')));
  });
  afterAll(() => stack.disposeAsync());

  /** A service that dies when it is about to tell of something: the status is written, and nobody knows of it. */
  async function dieWhenTelling(act: () => Promise<unknown>): Promise<void> {
    await using proxy = await startNatsProxy(natsUrl);
    const sent = proxy.hold(`${cluster.namespace}.tag-updated`);
    await using service = await startService('trigger', { ...cluster.env, NATS_URL: proxy.url });
    await act();
    await sent;
    await service.kill();
  }

  test('between the status and its events is made up for by the next one, and the workloads follow', async () => {
    await cluster.applyStream('heals', [web('latest'), follows('prod', 'latest', 'ImageStreamTag')]);
    await cluster.createWorkload(deployments, 'heals', triggers({ 'heals:prod': FIRST_IMAGE }));
    await dieWhenTelling(() => cluster.poll('heals', 'latest', 'a'));
    expect([await cluster.history('heals', 'prod'), cluster.told('heals')]).toEqual(['a', []]);
    await using _service = await startService('trigger', cluster.env);
    await expect.poll(() => cluster.image(deployments, 'heals'), patience).toBe(pullSpec('a'));
    // The redelivery knows the cause, and comes before anybody thinks that something was missed.
    await expect.poll(() => cluster.told('heals'), patience).toEqual(['latest a webhook', 'prod a tag']);
    await cluster.poll('heals', 'latest', 'b');
    await expect.poll(() => cluster.image(deployments, 'heals'), patience).toBe(pullSpec('b'));
    expect(cluster.told('heals')).toEqual([
      ...['latest a webhook', 'prod a tag'],
      ...['latest b webhook', 'prod b tag'],
    ]);
    expect(await cluster.history('heals', 'latest')).toBe('ba');
  });

  test('with a message in its hands loses it to another one within seconds', async () => {
    await cluster.applyStream('taken', [web('latest')]);
    await dieWhenTelling(() => cluster.poll('taken', 'latest', 'a'));
    const died = Date.now();
    await using other = await startService('trigger', cluster.env);
    await other.logged(({ stream, result }) => stream === 'taken' && result === 'unchanged');
    expect(Date.now() - died).toBeLessThan(15_000); // the server's own patience would be 30 s
    expect(await cluster.history('taken', 'latest')).toBe('a');
  });

  test('without a message to be delivered again is made up for all the same', async () => {
    await dieWhenTelling(() => cluster.applyStream('silent', [{ ...web('pinned'), reference: true }]));
    expect(cluster.told('silent')).toEqual([]);
    await using _service = await startService('trigger', cluster.env);
    await expect.poll(() => cluster.told('silent'), patience).toEqual(['pinned  resync']); // a reference has no digest
  });

  test('one after the other leaves every image in the history told once', async () => {
    await cluster.applyStream('dying', [web('latest')]);
    await dieWhenTelling(() => cluster.poll('dying', 'latest', 'a'));
    await dieWhenTelling(async () => undefined); // what the first one left
    await using _service = await startService('trigger', cluster.env);
    await cluster.poll('dying', 'latest', 'b');
    await expect.poll(() => cluster.told('dying').map((line) => line.split(' ')[1]), patience).toEqual(['a', 'b']);
    expect(await cluster.history('dying', 'latest')).toBe('ba');
  });

  test('while it was away, a tag was removed: it is no longer among the newest events when the service is back', async () => {
    await cluster.applyStream('away', [web('stays'), web('goes')]);
    {
      await using _service = await startService('trigger', cluster.env);
      for (const tag of ['stays', 'goes']) await cluster.poll('away', tag, 'a');
      await expect.poll(() => cluster.told('away'), patience).toHaveLength(2);
    }
    const { status } = await cluster.stream('away');
    await cluster.patchStatus('away', { tags: status?.tags?.filter(({ tag }) => tag === 'stays') });
    await using _service = await startService('trigger', cluster.env);
    await expect.poll(() => cluster.latestTags('away'), patience).toEqual(['stays']);
  });
});

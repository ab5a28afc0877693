import { RegistryPoll } from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { startNatsProxy } from './support/nats-proxy.ts';
import { digest, follows } from './support/streams.ts';
import { FIRST_IMAGE, triggers } from './support/workloads.ts';

const { deployments } = resources;
const patience = { timeout: 20_000 };
const natsUrl = inject('natsUrl');

const web = (tag: string) => follows(tag, `registry.example.com/shop/web:${tag}`);
const pullSpec = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

describe('several trigger services', () => {
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
    const shares = [first, second].map((service) => service.lines().filter(({ message }) => message === 'tag updated'));
    expect(shares.flat()).toHaveLength(names.length * 6);
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
    const messages = [first, second].flatMap((service) => service.lines().map(({ message }) => message));
    expect(messages.filter((message) => message === 'tag updated')).toHaveLength(2);
  });
});

describe('a trigger service that dies', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = stack.use(await startCluster(natsUrl, inject('kubeconfig')));
  });
  afterAll(() => stack.disposeAsync());

  /** A service that dies after it has written the status for an image and before anybody knows of the event. */
  async function dieBeforeTelling(name: string, image: string): Promise<void> {
    await using proxy = await startNatsProxy(natsUrl);
    await using service = await startService('trigger', { ...cluster.env, NATS_URL: proxy.url });
    const sent = proxy.hold(`${cluster.namespace}.tag-updated`);
    await cluster.poll(name, 'latest', image);
    await sent;
    await service.kill();
    expect((await cluster.history(name, 'latest'))[0]).toBe(image);
    expect(cluster.told(name).filter((line) => line.startsWith(`latest ${image}`))).toEqual([]);
  }

  test('between the status and its events is made up for by the next one, and the workloads follow', async () => {
    await cluster.applyStream('heals', [web('latest'), follows('prod', 'latest', 'ImageStreamTag')]);
    await cluster.createWorkload(deployments, 'heals', triggers({ 'heals:prod': FIRST_IMAGE }));
    await dieBeforeTelling('heals', 'a');
    await using _service = await startService('trigger', cluster.env);
    await expect.poll(() => cluster.image(deployments, 'heals'), patience).toBe(pullSpec('a'));
    await expect.poll(() => cluster.told('heals').toSorted(), patience).toEqual(['latest a resync', 'prod a resync']);
    await cluster.poll('heals', 'latest', 'b');
    await expect.poll(() => cluster.image(deployments, 'heals'), patience).toBe(pullSpec('b'));
    expect(cluster.told('heals')).toEqual([
      ...['latest a resync', 'prod a resync'],
      ...['latest b webhook', 'prod b tag'],
    ]);
    expect(await cluster.history('heals', 'latest')).toBe('ba');
  });

  test('again and again leaves every image in the history told once', { timeout: 60_000 }, async () => {
    await cluster.applyStream('dying', [web('latest')]);
    for (const image of 'ab') await dieBeforeTelling('dying', image);
    await using _service = await startService('trigger', cluster.env);
    await cluster.poll('dying', 'latest', 'c');
    await expect
      .poll(() => cluster.told('dying'), patience)
      .toEqual(['latest a resync', 'latest b resync', 'latest c webhook']);
    expect(await cluster.history('dying', 'latest')).toBe('cba');
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

import { RegistryPoll, TagsStream } from '@tagstream/events';
import { startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { digest, follows } from './support/streams.ts';

/** Healing has its time, and there are other tests. */
const patience = { timeout: 25_000 };

const web = (tag: string) => follows(tag, `registry.example.com/shop/web:${tag}`);

describe('streams and tags that go and come back', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    stack.use(await startService('trigger', cluster.env));
  });
  afterAll(() => stack.disposeAsync());

  test('a stream that was made anew is told anew, and late news of the former one does not reach it', async () => {
    await cluster.applyStream('anew', [web('latest')]);
    const late = await cluster.observe('anew', 'latest', 'c');
    await cluster.poll('anew', 'latest', 'a');
    await expect.poll(() => cluster.told('anew'), patience).toHaveLength(1);
    await cluster.deleteStream('anew');
    const { metadata } = await cluster.applyStream('anew', [web('latest')]);
    await cluster.bus.publish(RegistryPoll, late);
    await cluster.poll('anew', 'latest', 'a');
    await expect.poll(() => cluster.told('anew'), patience).toHaveLength(2);
    expect(cluster.updates.filter(({ data }) => data.stream === 'anew')[1]?.data).toMatchObject({
      streamUid: metadata.uid,
      previous: null,
      image: digest('a'),
    });
  });

  test('a tag that was removed is no longer among the newest events, nor are those of a removed stream', async () => {
    await cluster.applyStream('going', [web('stays'), web('goes')]);
    for (const tag of ['stays', 'goes']) {
      await cluster.poll('going', tag, 'a');
      await expect.poll(() => cluster.history('going', tag), patience).toBe('a');
    }
    await expect.poll(() => cluster.latestTags('going'), patience).toEqual(['goes', 'stays']);
    await cluster.applyStream('going', [web('stays')]);
    const { status } = await cluster.stream('going');
    await cluster.patchStatus('going', { tags: status?.tags?.filter(({ tag }) => tag === 'stays') });
    await expect.poll(() => cluster.latestTags('going'), patience).toEqual(['stays']);
    await cluster.deleteStream('going');
    await expect.poll(() => cluster.latestTags('going'), patience).toEqual([]);
    expect(cluster.told('going')).toEqual(['stays a webhook', 'goes a webhook']);
  });

  test('a tag that was removed and made anew as a copy of something older is told', async () => {
    const follow = (source: string) => [web('old'), web('new'), follows('prod', source, 'ImageStreamTag')];
    await cluster.applyStream('returning', follow('new'));
    for (const [tag, image] of [
      ['old', 'a'],
      ['new', 'b'],
    ] as const) {
      await cluster.poll('returning', tag, image);
      await expect.poll(() => cluster.history('returning', tag), patience).toBe(image);
    }
    await expect.poll(() => cluster.told('returning'), patience).toHaveLength(3);
    await cluster.applyStream('returning', [web('old'), web('new')]);
    const { status } = await cluster.stream('returning');
    await cluster.patchStatus('returning', { tags: status?.tags?.filter(({ tag }) => tag !== 'prod') });
    await cluster.applyStream('returning', follow('old'));
    await expect
      .poll(() => cluster.told('returning'), patience)
      .toEqual(['old a webhook', 'new b webhook', 'prod b tag', 'prod a tag']);
    const [made, remade] = cluster.updates.filter(({ data }) => data.stream === 'returning' && data.tag === 'prod');
    expect(Date.parse(remade?.data.created ?? '')).toBeLessThan(Date.parse(made?.data.created ?? ''));
  });

  test('a tag whose events have aged out goes on with what comes next', async () => {
    await cluster.applyStream('ageing', [web('latest')]);
    await cluster.poll('ageing', 'latest', 'a');
    await expect.poll(() => cluster.latestTags('ageing'), patience).toEqual(['latest']);
    const aged = await cluster.bus.purgeSubject(TagsStream, `tag-updated.${cluster.namespace}.ageing.latest`);
    expect(aged).toBe(1);
    await cluster.poll('ageing', 'latest', 'b');
    await expect.poll(() => cluster.told('ageing'), patience).toEqual(['latest a webhook', 'latest b webhook']);
    expect(cluster.updates.at(-1)?.data.previous?.image).toBe(digest('a'));
  });

  test('what somebody else wrote into the history is told as missed', async () => {
    await cluster.applyStream('edited', [web('latest')]);
    const items = ['b', 'a'].map((image, index) => ({
      created: new Date(Date.UTC(2026, 0, 2 - index)).toISOString(),
      dockerImageReference: `registry.example.com/shop/web@${digest(image)}`,
      image: digest(image),
      generation: 1,
    }));
    await cluster.patchStatus('edited', { tags: [{ tag: 'latest', items }] });
    await expect.poll(() => cluster.told('edited'), patience).toEqual(['latest a resync', 'latest b resync']);
  });
});

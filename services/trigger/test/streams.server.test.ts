import { connectBus } from '@tagstream/bus';
import {
  DeadLetter,
  DeadLetterStream,
  type EventData,
  RegistryPoll,
  RegistryPush,
  WebhookStream,
} from '@tagstream/events';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { digest, follows } from './support/streams.ts';

const patience = { timeout: 15_000 };

const web = (tag: string) => follows(tag, `registry.example.com/shop/web:${tag}`);
const pullSpec = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

describe('the status of ImageStreams and its events', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let service: ServiceProcess;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    service = stack.use(await startService('trigger', cluster.env));
  });
  afterAll(() => stack.disposeAsync());

  /** Everything that was logged and is more than information. */
  const complaints = () => service.lines().filter(({ level }) => level === 'error' || level === 'fatal');

  describe('an observation', () => {
    test('becomes history and events, in order, each with an id of its own', async () => {
      await cluster.applyStream('ordered', [web('latest')]);
      for (const image of 'abab') {
        await cluster.poll('ordered', 'latest', image);
        await expect.poll(async () => (await cluster.history('ordered', 'latest'))[0], patience).toBe(image);
      }
      await expect.poll(() => cluster.told('ordered'), patience).toHaveLength(4);
      expect(await cluster.history('ordered', 'latest')).toBe('baba');
      const updates = cluster.updates.filter(({ data }) => data.stream === 'ordered');
      expect(updates.map(({ data }) => data.image.slice(-1)).join('')).toBe('abab');
      expect(updates.map(({ data }) => data.previous?.image.slice(-1))).toEqual([undefined, 'a', 'b', 'a']);
      expect(new Set(updates.map(({ id }) => id)).size).toBe(4);
      const { metadata, status } = await cluster.stream('ordered');
      expect(updates.at(-1)).toMatchObject({
        type: 'io.tagstream.tag-updated.v1',
        source: '/tagstream/trigger',
        subject: `tag-updated.${cluster.namespace}.ordered.latest`,
        data: {
          streamUid: metadata.uid,
          reference: pullSpec('b'),
          cause: 'webhook',
          hint: { deliveryId: 'd1' },
          created: status?.tags?.[0]?.items?.[0]?.created,
        },
      });
      expect(status).toMatchObject({ tagSummary: 'latest', lastUpdated: updates.at(-1)?.data.created });
    });

    test('that is sent twice has one effect', async () => {
      await cluster.applyStream('twice', [web('latest')]);
      const seen = await cluster.poll('twice', 'latest', 'a');
      await expect.poll(() => cluster.told('twice'), patience).toHaveLength(1);
      // Another moment of looking at it makes another message of the same finding.
      await cluster.bus.publish(RegistryPoll, { ...seen, specGeneration: seen.specGeneration + 1 });
      await cluster.poll('twice', 'latest', 'b');
      await expect.poll(() => cluster.told('twice'), patience).toHaveLength(2);
      expect(await cluster.history('twice', 'latest')).toBe('ba');
      expect(cluster.told('twice')).toEqual(['latest a webhook', 'latest b webhook']);
    });

    test('that came too late is dropped and asked for again', async () => {
      const pushes: EventData<typeof RegistryPush>[] = [];
      await using _subscription = cluster.bus.subscribe(RegistryPush, {
        stream: WebhookStream,
        from: 'all',
        onEvent: ({ data }) => void pushes.push(data),
      });
      await cluster.applyStream('late', [web('latest')]);
      const late = await cluster.observe('late', 'latest', 'a');
      await cluster.poll('late', 'latest', 'b');
      await expect.poll(() => cluster.told('late'), patience).toEqual(['latest b webhook']);
      await cluster.bus.publish(RegistryPoll, late);
      await expect
        .poll(() => pushes, patience)
        .toMatchObject([
          { source: 'recheck', registry: 'registry.example.com', repository: 'shop/web', tag: 'latest' },
        ]);
      expect(await cluster.history('late', 'latest')).toBe('b');
    });

    test('of a failure becomes a condition and no event', async () => {
      await cluster.applyStream('failing', [web('latest')]);
      const outcome = { kind: 'error' as const, reason: 'NotFound', message: 'manifest unknown' };
      await cluster.poll('failing', 'latest', 'a', { outcome });
      await expect
        .poll(async () => (await cluster.stream('failing')).status?.tags, patience)
        .toMatchObject([
          { tag: 'latest', conditions: [{ type: 'ImportSuccess', status: 'False', reason: 'NotFound' }] },
        ]);
      expect(cluster.told('failing')).toEqual([]);
    });

    test('that is no event goes to the dead letters while others go on', async () => {
      await cluster.applyStream('healthy', [web('latest')]);
      await cluster.applyStream('broken', [web('latest')]);
      const seen = await cluster.observe('broken', 'latest', 'a');
      // A publisher of another version: it thinks that this is what the event looks like.
      const lenient = { ...RegistryPoll, problems: () => [] };
      await cluster.bus.publish(lenient, { ...seen, outcome: { kind: 'surprise' } } as unknown as typeof seen);
      await cluster.poll('healthy', 'latest', 'a');
      await expect.poll(() => cluster.told('healthy'), patience).toEqual(['latest a webhook']);
      const letters: EventData<typeof DeadLetter>[] = [];
      await using _subscription = cluster.bus.subscribe(DeadLetter, {
        stream: DeadLetterStream,
        from: 'all',
        onEvent: ({ data }) => void letters.push(data),
      });
      await expect
        .poll(() => letters, patience)
        .toMatchObject([
          { service: 'trigger', subject: `${cluster.namespace}.registry-poll.${cluster.namespace}.broken.latest` },
        ]);
    });
  });

  describe('tags that need no registry', () => {
    test('a reference is recorded as it is, and told', async () => {
      await cluster.applyStream('pinned', [{ ...web('1'), reference: true }]);
      await expect
        .poll(() => cluster.updates.filter(({ data }) => data.stream === 'pinned'), patience)
        .toMatchObject([
          {
            data: { tag: '1', image: '', reference: 'registry.example.com/shop/web:1', cause: 'spec', previous: null },
          },
        ]);
    });

    test('a tag that follows another one of its stream moves with it', async () => {
      await cluster.applyStream('tracking', [web('latest'), follows('prod', 'latest', 'ImageStreamTag')]);
      for (const image of 'ab') {
        await cluster.poll('tracking', 'latest', image);
        await expect.poll(() => cluster.history('tracking', 'prod'), patience).toMatch(new RegExp(`^${image}`));
      }
      await expect
        .poll(() => cluster.told('tracking'), patience)
        .toEqual(['latest a webhook', 'prod a tag', 'latest b webhook', 'prod b tag']);
    });

    test('a copy from another stream is made as soon as that stream has the tag', async () => {
      await cluster.applyStream('copying', [follows('mine', 'copied:latest', 'ImageStreamTag')]);
      await expect
        .poll(async () => (await cluster.stream('copying')).status?.tags, patience)
        .toMatchObject([{ tag: 'mine', conditions: [{ reason: 'NotFound' }] }]);
      await cluster.applyStream('copied', [web('latest')]);
      await cluster.poll('copied', 'latest', 'a');
      await expect.poll(() => cluster.told('copying'), patience).toEqual(['mine a tag']);
      const [copied, copying] = [await cluster.stream('copied'), await cluster.stream('copying')];
      expect(copying.status?.tags?.[0]?.items?.[0]?.created).toBe(copied.status?.tags?.[0]?.items?.[0]?.created);
      expect(copying.status?.tags?.[0]?.conditions).toBeUndefined();
    });
  });

  test('a service that looks after one namespace does not see others', async () => {
    await using other = await connectBus({ servers: inject('natsUrl'), name: 'test', prefix: cluster.namespace });
    const seen = { ...RegistryPoll.sample, namespace: 'elsewhere' };
    const { sequence } = await other.publish(RegistryPoll, seen);
    await cluster.applyStream('mine', [web('latest')]);
    await cluster.poll('mine', 'latest', 'a');
    await expect.poll(() => cluster.told('mine'), patience).toHaveLength(1);
    expect(sequence).toBeGreaterThan(0);
    expect(service.lines().some(({ namespace }) => namespace === 'elsewhere')).toBe(false);
  });

  test('nothing of all that was an error', () => {
    expect(complaints()).toEqual([]);
  });
});

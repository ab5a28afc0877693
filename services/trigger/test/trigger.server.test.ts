import { connectBus } from '@tagstream/bus';
import {
  DeadLetter,
  DeadLetterStream,
  type EventData,
  RegistryPoll,
  RegistryPush,
  TagsStream,
  WebhookStream,
} from '@tagstream/events';
import { resources } from '@tagstream/kube';
import { type ServiceProcess, startService } from '@tagstream/servers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './support/cluster.ts';
import { refuseDigests } from './support/refuse-digests.ts';
import { digest, follows } from './support/streams.ts';
import { FIRST_IMAGE, triggers } from './support/workloads.ts';

const { deployments, statefulSets, daemonSets, cronJobs } = resources;
const patience = { timeout: 15_000 };
const CRON_IMAGE = 'spec.jobTemplate.spec.template.spec.containers[0].image';

const web = (tag: string) => follows(tag, `registry.example.com/shop/web:${tag}`);
const pullSpec = (hexDigit: string) => `registry.example.com/shop/web@${digest(hexDigit)}`;

describe('the trigger service', () => {
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

  describe('streams and tags that go', () => {
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
        dockerImageReference: pullSpec(image),
        image: digest(image),
        generation: 1,
      }));
      await cluster.patchStatus('edited', { tags: [{ tag: 'latest', items }] });
      await expect.poll(() => cluster.told('edited'), patience).toEqual(['latest a resync', 'latest b resync']);
    });
  });

  describe('workloads', () => {
    test('of every kind get the image of the tag that they follow', async () => {
      await cluster.applyStream('app', [web('latest')]);
      const kinds = [deployments, statefulSets, daemonSets, cronJobs];
      for (const kind of kinds) {
        await cluster.createWorkload(
          kind,
          'app',
          triggers({ 'app:latest': kind === cronJobs ? CRON_IMAGE : FIRST_IMAGE }),
        );
      }
      for (const image of 'ab') {
        await cluster.poll('app', 'latest', image);
        for (const kind of kinds) {
          await expect.poll(() => cluster.image(kind, 'app'), patience).toBe(pullSpec(image));
        }
      }
      for (const kind of kinds) expect(await cluster.generation(kind, 'app'), kind.kind).toBe(3);
    });

    test('that come after the image get it at once, and a manual change is taken back', async () => {
      await cluster.applyStream('present', [web('latest')]);
      await cluster.poll('present', 'latest', 'a');
      await expect.poll(() => cluster.told('present'), patience).toHaveLength(1);
      await cluster.createWorkload(deployments, 'later', triggers({ 'present:latest': FIRST_IMAGE }));
      await expect.poll(() => cluster.image(deployments, 'later'), patience).toBe(pullSpec('a'));
      const edit = [{ op: 'replace' as const, path: '/spec/template/spec/containers/0/image', value: 'mine:1' }];
      await cluster.kube.jsonPatch({ resource: deployments, namespace: cluster.namespace, name: 'later' }, edit);
      await expect.poll(() => cluster.image(deployments, 'later'), patience).toBe(pullSpec('a'));
      expect(await cluster.generation(deployments, 'later')).toBe(4);
    });

    test('with a malformed annotation are told so once, and go on when it is mended', async () => {
      await cluster.applyStream('mended', [web('latest')]);
      await cluster.createWorkload(deployments, 'mended', '[{"from": oops}]');
      await expect.poll(() => cluster.eventsAbout('mended'), patience).toEqual(['Warning ImageTriggerInvalid x1']);
      await cluster.poll('mended', 'latest', 'a');
      await expect.poll(() => cluster.told('mended'), patience).toHaveLength(1);
      expect(await cluster.image(deployments, 'mended')).toBe('none');
      await cluster.annotate(deployments, 'mended', triggers({ 'mended:latest': FIRST_IMAGE }));
      await expect.poll(() => cluster.image(deployments, 'mended'), patience).toBe(pullSpec('a'));
      expect(await cluster.eventsAbout('mended')).toEqual(['Warning ImageTriggerInvalid x1']);
    });

    test('with a trigger for a container that they do not have hold up nobody else', async () => {
      await cluster.applyStream('lacking', [web('latest')]);
      const elsewhere = triggers({ 'lacking:latest': 'spec.template.spec.containers[3].image' });
      await cluster.createWorkload(deployments, 'lacking', elsewhere);
      await cluster.createWorkload(deployments, 'beside', triggers({ 'lacking:latest': FIRST_IMAGE }));
      await cluster.poll('lacking', 'latest', 'a');
      await expect.poll(() => cluster.image(deployments, 'beside'), patience).toBe(pullSpec('a'));
      await expect.poll(() => cluster.eventsAbout('lacking'), patience).toEqual(['Warning ImageTriggerInvalid x1']);
      expect(await cluster.image(deployments, 'lacking')).toBe('none');
    });

    test('whose new image a policy of the cluster refuses are told so, and not tried again and again', async () => {
      await using _policy = await refuseDigests(cluster, 'guarded');
      await cluster.applyStream('guarded', [web('latest')]);
      await cluster.createWorkload(deployments, 'guarded', triggers({ 'guarded:latest': FIRST_IMAGE }));
      await cluster.poll('guarded', 'latest', 'a');
      await expect.poll(() => cluster.eventsAbout('guarded'), patience).toEqual(['Warning ImageUpdateRefused x1']);
      const refusals = () => service.lines().filter(({ reason }) => reason === 'ImageUpdateRefused').length;
      await cluster.poll('guarded', 'latest', 'b');
      await expect.poll(() => cluster.told('guarded'), patience).toHaveLength(2);
      // The message of the next image has been dealt with when the one after it has.
      await cluster.applyStream('after', [web('latest')]);
      await cluster.createWorkload(deployments, 'after', triggers({ 'after:latest': FIRST_IMAGE }));
      await cluster.poll('after', 'latest', 'a');
      await expect.poll(() => cluster.image(deployments, 'after'), patience).toBe(pullSpec('a'));
      expect(refusals()).toBe(1);
      expect(await cluster.eventsAbout('guarded')).toEqual(['Warning ImageUpdateRefused x1']);
      expect(await cluster.image(deployments, 'guarded')).toBe('none');
    });

    test('that nobody follows any more are left alone', async () => {
      await cluster.applyStream('left', [web('latest')]);
      await cluster.createWorkload(deployments, 'left', triggers({ 'left:latest': FIRST_IMAGE }));
      await cluster.poll('left', 'latest', 'a');
      await expect.poll(() => cluster.image(deployments, 'left'), patience).toBe(pullSpec('a'));
      await cluster.annotate(deployments, 'left', '[]');
      await cluster.createWorkload(deployments, 'follows', triggers({ 'left:latest': FIRST_IMAGE }));
      await cluster.poll('left', 'latest', 'b');
      await expect.poll(() => cluster.image(deployments, 'follows'), patience).toBe(pullSpec('b'));
      expect(await cluster.image(deployments, 'left')).toBe(pullSpec('a'));
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

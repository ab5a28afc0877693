import type { TagReference } from '@tagstream/api-types';
import { type ServiceProcess, startNats, startService } from '@tagstream/servers';
import { buildImage, buildIndex, type FakeRegistry, pushImage, startFakeRegistry } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';

const registryHost = inject('registryHost');
const patience = { timeout: 15_000 };

function tag(name: string, from: string, importPolicy: TagReference['importPolicy'] = {}): TagReference {
  return { name, from: { kind: 'DockerImage', name: from }, importPolicy: { insecure: true, ...importPolicy } };
}

describe('the poller', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let poller: ServiceProcess;
  let env: Record<string, string>;
  /** A repository that no other test run pushes to. */
  let repository: (name: string) => string;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    repository = (name) => `${cluster.prefix}/${name}`;
    env = {
      ...cluster.env,
      TAGSTREAM_POLL_INTERVAL: '1s',
    };
    poller = stack.use(await startService('poller', env));
  });
  afterAll(() => stack.disposeAsync());

  const push = (name: string, at: string, seed: number) =>
    pushImage(registryHost, repository(name), at, buildImage({ seed: `${cluster.prefix} ${seed}` }));
  const imagesOf = (stream: string) =>
    cluster.pollsOf(stream).map(({ outcome }) => (outcome.kind === 'image' ? outcome.image : outcome.reason));

  test('a new ImageStream leads to an observation of the image that its tag points to', async () => {
    const digest = await push('new', 'latest', 1);
    const from = `${registryHost}/${repository('new')}:latest`;
    await cluster.writeStream('new', [tag('latest', from)]);
    await expect.poll(() => cluster.pollsOf('new'), patience).toHaveLength(1);
    expect(cluster.pollsOf('new')[0]).toMatchObject({
      namespace: cluster.namespace,
      tag: 'latest',
      from,
      basedOn: null,
      cause: 'spec',
      outcome: {
        kind: 'image',
        image: digest,
        reference: `${registryHost}/${repository('new')}@${digest}`,
        manifest: { digest, platforms: [{ architecture: 'amd64', os: 'linux' }] },
      },
    });
  });

  test('a push that is announced leads to a new observation, twice announced to the same one', async () => {
    const first = await push('hinted', 'latest', 1);
    await cluster.writeStream('hinted', [tag('latest', `${registryHost}/${repository('hinted')}`)]);
    await expect.poll(() => imagesOf('hinted'), patience).toEqual([first]);
    await cluster.apply(cluster.pollsOf('hinted')[0]!);

    const second = await push('hinted', 'latest', 2);
    await cluster.announce(registryHost, repository('hinted'), 'latest', { id: 'd1', digest: second });
    await cluster.announce(registryHost, repository('hinted'), 'latest', { id: 'd2', digest: second });
    await expect.poll(() => imagesOf('hinted'), patience).toEqual([first, second]);
    expect(cluster.pollsOf('hinted')[1]).toMatchObject({ cause: 'webhook', basedOn: { image: first } });
    expect(cluster.pollsOf('hinted')[1]?.hint?.deliveryId).toMatch(/^d[12]$/);
    await cluster.apply(cluster.pollsOf('hinted')[1]!);

    const third = await push('hinted', 'latest', 3);
    await cluster.announce(registryHost, repository('hinted'), 'latest', { digest: third });
    await expect.poll(() => imagesOf('hinted'), patience).toEqual([first, second, third]);
  });

  test('a scheduled tag that moves without a word is noticed, one without schedule is not', async () => {
    const first = await push('scheduled', 'latest', 1);
    const from = `${registryHost}/${repository('scheduled')}:latest`;
    await cluster.writeStream('scheduled', [tag('latest', from, { scheduled: true }), tag('still', from)]);
    await expect.poll(() => imagesOf('scheduled'), patience).toEqual([first, first]);
    for (const poll of cluster.pollsOf('scheduled')) await cluster.apply(poll);
    const second = await push('scheduled', 'latest', 2);
    await expect
      .poll(() => cluster.pollsOf('scheduled').slice(2), patience)
      .toMatchObject([{ tag: 'latest', cause: 'schedule', outcome: { image: second } }]);
  });

  test('what cannot be imported is told with its reason while other tags go on', async () => {
    const digest = await push('mixed', '1', 1);
    const base = `${registryHost}/${repository('mixed')}`;
    await cluster.writeStream('mixed', [
      tag('dead', '127.0.0.1:1/shop/web:1'),
      tag('good', `${base}:1`),
      tag('malformed', 'registry.example.com/shop/a..b:1'),
      tag('missing', `${base}:nope`),
    ]);
    await expect.poll(() => cluster.pollsOf('mixed').length, patience).toBe(4);
    const outcomes = Object.fromEntries(cluster.pollsOf('mixed').map((poll) => [poll.tag, poll.outcome]));
    expect(outcomes).toMatchObject({
      dead: { kind: 'error', reason: 'InternalError', message: expect.stringContaining('127.0.0.1:1 refuses') },
      good: { kind: 'image', image: digest },
      malformed: { kind: 'error', reason: 'Invalid', message: expect.stringContaining('a..b') },
      missing: { kind: 'error', reason: 'NotFound', message: expect.stringContaining(':nope" not found') },
    });
  });

  test('a failure that is over is told to be over', async () => {
    const from = `${registryHost}/${repository('late')}:latest`;
    await cluster.writeStream('late', [tag('latest', from, { scheduled: true })]);
    await expect.poll(() => imagesOf('late'), patience).toEqual(['NotFound']);
    await cluster.apply(cluster.pollsOf('late')[0]!);
    const digest = await push('late', 'latest', 1);
    await expect.poll(() => imagesOf('late'), patience).toEqual(['NotFound', digest]);
  });

  describe('asking a registry that counts', () => {
    let fake: FakeRegistry;
    const amd64 = buildImage({ seed: 1 });
    const list = buildIndex([amd64, buildImage({ seed: 1, platform: { architecture: 'arm64', os: 'linux' } })]);

    beforeAll(async () => {
      fake = stack.use(await startFakeRegistry());
    });

    test('an unchanged list costs one HEAD and no message', async () => {
      await pushImage(fake.host, 'shop/list', 'latest', list);
      await cluster.writeStream('list', [tag('latest', `${fake.host}/shop/list`)]);
      await expect.poll(() => imagesOf('list'), patience).toHaveLength(1);
      expect(cluster.pollsOf('list')[0]).toMatchObject({ outcome: { manifest: { digest: list.digest } } });
      await cluster.apply(cluster.pollsOf('list')[0]!);
      // Changes arrive in order: the status has been seen when a later stream has been.
      await cluster.writeStream('after-list', [tag('latest', `${fake.host}/shop/after-list`)]);
      await expect.poll(() => imagesOf('after-list'), patience).toEqual(['NotFound']);
      fake.clearRequests();
      await cluster.announce(fake.host, 'shop/list', 'latest', { digest: list.digest });
      await expect.poll(() => fake.requests.map(({ kind }) => kind), patience).toEqual(['head_manifest']);
      expect(cluster.pollsOf('list')).toHaveLength(1);
    });

    test('a replica that lags behind what was announced is asked again', async () => {
      await pushImage(fake.host, 'shop/lagging', 'latest', amd64);
      await cluster.writeStream('lagging', [tag('latest', `${fake.host}/shop/lagging`)]);
      await expect.poll(() => imagesOf('lagging'), patience).toEqual([amd64.digest]);
      await cluster.apply(cluster.pollsOf('lagging')[0]!);
      fake.clearRequests();
      const next = buildImage({ seed: 2 });
      await cluster.announce(fake.host, 'shop/lagging', 'latest', { digest: next.digest });
      await expect.poll(() => fake.count('head_manifest'), patience).toBeGreaterThan(1);
      await pushImage(fake.host, 'shop/lagging', 'latest', next);
      await expect.poll(() => imagesOf('lagging'), patience).toEqual([amd64.digest, next.digest]);
    });

    test('a registry that hangs holds up nobody else', async () => {
      fake.behave({ silent: true });
      try {
        await cluster.writeStream('hanging', [tag('latest', `${fake.host}/shop/hanging`)]);
        await expect.poll(() => fake.requests.some(({ path }) => path.includes('hanging')), patience).toBe(true);
        const digest = await push('beside', 'latest', 1);
        await cluster.writeStream('beside', [tag('latest', `${registryHost}/${repository('beside')}`)]);
        await expect.poll(() => imagesOf('beside'), patience).toEqual([digest]);
      } finally {
        fake.behave({ silent: false });
      }
    });
  });

  test('an import that is asked for while the poller is down is made when it is back', async () => {
    await poller.kill();
    const digest = await push('restart', 'latest', 1);
    await cluster.writeStream('restart', [tag('latest', `${registryHost}/${repository('restart')}`)]);
    await poller.restart();
    await expect.poll(() => imagesOf('restart'), patience).toEqual([digest]);
  });

  test('two pollers make one observation', async () => {
    await using second = await startService('poller', env);
    const digest = await push('shared', 'latest', 1);
    await cluster.writeStream('shared', [tag('latest', `${registryHost}/${repository('shared')}`)]);
    await expect.poll(() => imagesOf('shared'), patience).toEqual([digest]);
    await cluster.apply(cluster.pollsOf('shared')[0]!);
    const next = await push('shared', 'latest', 2);
    await cluster.announce(registryHost, repository('shared'), 'latest', { digest: next });
    await expect.poll(() => imagesOf('shared'), patience).toEqual([digest, next]);
    expect(second.pid).toBeDefined();
  });
});

test('while NATS is away the poller is not ready and says why, and afterwards tells what it found', async () => {
  await using nats = await startNats();
  await using cluster = await startCluster(nats.url, inject('kubeconfig'));
  await using poller = await startService('poller', cluster.env);
  const readiness = async () => (await fetch(`${poller.adminUrl}/readyz`)).json();
  await nats.kill();
  await expect.poll(readiness, patience).toMatchObject({ ready: false, checks: { nats: { ready: false } } });
  const repository = `${cluster.prefix}/outage`;
  const digest = await pushImage(registryHost, repository, 'latest', buildImage({ seed: 1 }));
  await cluster.writeStream('outage', [tag('latest', `${registryHost}/${repository}`)]);
  await nats.restart();
  await expect
    .poll(() => cluster.polls.map(({ outcome }) => outcome), patience)
    .toMatchObject([{ kind: 'image', image: digest }]);
  await expect.poll(readiness, patience).toMatchObject({ ready: true });
});

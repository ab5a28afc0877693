import type { KubeObject } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { buildImage, buildIndex, pushImage } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from '../cluster.ts';
import { envOf, host, type Shop, shopIn } from './shop.ts';

const patience = { timeout: 20_000 };

describe('a push into the repository of a stream in the own registry', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let shop: Shop;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    shop = shopIn(cluster);
    // Nothing here is noticed by polling.
    const env = envOf(cluster, { TAGSTREAM_POLL_INTERVAL: '24h' });
    stack.use(await startService('trigger', env));
    stack.use(await startService('poller', env));
  });
  afterAll(() => stack.disposeAsync());

  const announce = (name: string, tag: string, digest: string, registry = host) =>
    cluster.announce(registry, shop.path(name), tag, { digest });

  test('becomes the newest item of its tag without any spec tag, and the spec stays as it is', async () => {
    await shop.create('plain');
    await expect
      .poll(async () => (await shop.read('plain'))?.status?.dockerImageRepository, patience)
      .toBe(`${host}/${shop.path('plain')}`);
    const first = await shop.push('plain', 'v1', 'first');
    await announce('plain', 'v1', first);
    await expect.poll(() => shop.history('plain', 'v1'), patience).toEqual([first]);
    const second = await shop.push('plain', 'v1', 'second');
    await announce('plain', 'v1', second);
    await announce('plain', 'v1', second);
    await expect.poll(() => shop.history('plain', 'v1'), patience).toEqual([second, first]);
    const stream = await shop.read('plain');
    expect(stream?.spec).toEqual({ tags: [] });
    expect(stream?.metadata.generation).toBe(1);
    expect(stream?.status?.tags).toMatchObject([
      {
        tag: 'v1',
        pushedImage: second,
        items: [{ dockerImageReference: `${host}/${shop.path('plain')}@${second}`, generation: 1 }, {}],
      },
    ]);
    expect(cluster.pollsOf('plain').map(({ pushed, cause }) => [pushed?.replaces, cause])).toEqual([
      [null, 'webhook'],
      [first, 'webhook'],
    ]);
  });

  test('is recorded as the list that it is, and described by an Image object', async () => {
    await shop.create('list');
    const list = buildIndex([
      buildImage({ seed: `${cluster.prefix} amd`, platform: { architecture: 'amd64', os: 'linux' } }),
      buildImage({ seed: `${cluster.prefix} arm`, platform: { architecture: 'arm64', os: 'linux' } }),
    ]);
    const digest = await pushImage(host, shop.path('list'), 'latest', list);
    await announce('list', 'latest', digest);
    await expect.poll(() => shop.history('list', 'latest'), patience).toEqual([digest]);
    const image = await cluster.kube.get<KubeObject & { dockerImageReference?: string }>({
      resource: resources.images,
      name: digest.replace(':', '-'),
    });
    expect(image.dockerImageReference).toBe(`${host}/${shop.path('list')}@${digest}`);
  });

  test('#23 reaches the tags that follow, and a tag that is imported from elsewhere stays where the push put it', async () => {
    const source = await shop.push('source', 'stable', 'imported');
    await shop.create('mixed', [
      {
        name: 'latest',
        from: { kind: 'DockerImage', name: `${host}/${shop.path('source')}:stable` },
        importPolicy: { insecure: true },
      },
      { name: 'prod', from: { kind: 'ImageStreamTag', name: 'latest' } },
    ]);
    await expect.poll(() => shop.history('mixed', 'prod'), patience).toEqual([source]);
    const pushed = await shop.push('mixed', 'latest', 'pushed');
    await announce('mixed', 'latest', pushed);
    await expect.poll(() => shop.history('mixed', 'prod'), patience).toEqual([pushed, source]);
    // The next thing that happens to the stream finds it as the push left it.
    const other = await shop.push('mixed', 'other', 'other');
    await announce('mixed', 'other', other);
    await expect.poll(() => shop.history('mixed', 'other'), patience).toEqual([other]);
    expect(await shop.history('mixed', 'latest')).toEqual([pushed, source]);
    // An import of what the spec names is newer than the push, and the push announced again is not.
    const moved = await shop.push('source', 'stable', 'moved');
    await cluster.announce(host, shop.path('source'), 'stable', { digest: moved });
    await expect.poll(() => shop.history('mixed', 'latest'), patience).toEqual([moved, pushed, source]);
    await announce('mixed', 'latest', pushed);
    const last = await shop.push('mixed', 'other', 'last');
    await announce('mixed', 'other', last);
    await expect.poll(() => shop.history('mixed', 'other'), patience).toEqual([last, other]);
    expect(await shop.history('mixed', 'latest')).toEqual([moved, pushed, source]);
  });

  test('of a signature, or of something that is not there, changes nothing', async () => {
    await shop.create('quiet');
    const signature = `sha256-${'a'.repeat(64)}.sig`;
    await announce('quiet', signature, await shop.push('quiet', signature, 'signature'));
    await cluster.announce(host, shop.path('quiet'), 'nowhere');
    const real = await shop.push('quiet', 'real', 'real');
    await announce('quiet', 'real', real);
    await expect.poll(() => shop.history('quiet', 'real'), patience).toEqual([real]);
    expect((await shop.read('quiet'))?.status?.tags?.map(({ tag }) => tag)).toEqual(['real']);
  });

  test('ends in the image of a workload that follows the tag by its annotation', async () => {
    await shop.create('web');
    const image = await shop.deploy('web', 'web:latest');
    for (const version of ['one', 'two']) {
      const digest = await shop.push('web', 'latest', version);
      await announce('web', 'latest', digest);
      await expect.poll(image, patience).toBe(`${host}/${shop.path('web')}@${digest}`);
    }
  });

  test('#89 names the place that an import with the policy Local is handed out by', async () => {
    const source = await shop.push('source', 'local', 'imported locally');
    const image = await shop.deploy('local', 'local:latest');
    await shop.create('local', [
      {
        name: 'latest',
        from: { kind: 'DockerImage', name: `${host}/${shop.path('source')}:local` },
        importPolicy: { insecure: true },
        referencePolicy: { type: 'Local' },
      },
    ]);
    await expect.poll(image, patience).toBe(`${host}/${shop.path('local')}@${source}`);
    expect((await shop.read('local'))?.status?.tags?.[0]?.items?.[0]?.dockerImageReference).toBe(
      `${host}/${shop.path('source')}@${source}`,
    );
  });

  test('is left to the import where the spec names that very place', async () => {
    await shop.create('itself', [
      {
        name: 'latest',
        from: { kind: 'DockerImage', name: `${host}/${shop.path('itself')}` },
        importPolicy: { insecure: true },
      },
    ]);
    const digest = await shop.push('itself', 'latest', 'one');
    await announce('itself', 'latest', digest);
    await expect.poll(() => shop.history('itself', 'latest'), patience).toEqual([digest]);
    expect((await shop.read('itself'))?.status?.tags?.[0]?.pushedImage).toBeUndefined();
    expect(cluster.pollsOf('itself').some(({ pushed }) => pushed !== undefined)).toBe(false);
  });
});

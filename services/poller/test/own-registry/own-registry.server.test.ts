import type { ImageStream, KubeObject, TagReference } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { freePort, type ServiceProcess, startRegistry, startService } from '@tagstream/servers';
import { buildImage, buildIndex, deleteTag, pushImage } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CREATED_FOR } from '../../src/own-registry/create-stream.ts';
import { CREATE_STREAMS } from '../../src/own-registry/namespace-permission.ts';
import { type Cluster, startCluster } from '../cluster.ts';
import { createPollerAccount } from '../registry-access/poller-account.ts';

const host = inject('registryHost');
const patience = { timeout: 20_000 };
const { imageStreams, namespaces } = resources;

const envOf = (cluster: Cluster, more: Record<string, string> = {}) => ({
  ...cluster.env,
  TAGSTREAM_REGISTRY_HOST: host,
  TAGSTREAM_REGISTRY_INSECURE: 'true',
  ...more,
});

/** What the tests ask about streams and their repositories. */
function at(cluster: Cluster, registryHost = host) {
  const { kube, namespace } = cluster;
  const keyOf = (name: string) => ({ resource: imageStreams, namespace, name });
  const read = (name: string) => kube.get<ImageStream>(keyOf(name)).catch(() => undefined);
  const imageOf = (seed: string) => buildImage({ seed: `${cluster.prefix} ${seed}` });
  return {
    read,
    keyOf,
    path: (name: string) => `${namespace}/${name}`,
    push: (name: string, tag: string, seed: string) =>
      pushImage(registryHost, `${namespace}/${name}`, tag, imageOf(seed)),
    create: (name: string, tags: readonly TagReference[] = []) =>
      kube.create<ImageStream>(imageStreams, { metadata: { namespace, name }, spec: { tags: [...tags] } }),
    /** Digests of the history of a tag, newest first. */
    history: async (name: string, tag: string) =>
      ((await read(name))?.status?.tags?.find((entry) => entry.tag === tag)?.items ?? []).map(({ image }) => image),
    /** Makes a Deployment that follows a tag; resolves with a function that reads its image. */
    async deploy(name: string, tag: string) {
      const fieldPath = 'spec.template.spec.containers[?(@.name=="app")].image';
      const triggers = JSON.stringify([{ from: { kind: 'ImageStreamTag', name: tag }, fieldPath }]);
      const labels = { app: name };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'none' }] } };
      const annotations = { 'image.openshift.io/triggers': triggers };
      const deployment: KubeObject & { spec: DeploymentSpec } = {
        metadata: { namespace, name, annotations },
        spec: { replicas: 0, selector: { matchLabels: labels }, template },
      };
      await kube.create(resources.deployments, deployment);
      return async () => {
        const key = { resource: resources.deployments, namespace, name };
        const { spec } = await kube.get<KubeObject & { spec: DeploymentSpec }>(key);
        return spec.template.spec.containers[0]?.image;
      };
    },
    label: (value: string | null) =>
      kube.mergePatch({ resource: namespaces, name: namespace }, { metadata: { labels: { [CREATE_STREAMS]: value } } }),
  };
}

describe('a push into the repository of a stream in the own registry', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let shop: ReturnType<typeof at>;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    shop = at(cluster);
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

interface DeploymentSpec {
  readonly replicas: number;
  readonly selector: object;
  readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
}

describe('a push that nobody announced', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let shop: ReturnType<typeof at>;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    shop = at(cluster);
    const env = envOf(cluster, { TAGSTREAM_POLL_INTERVAL: '1s' });
    stack.use(await startService('trigger', env));
    stack.use(await startService('poller', env));
  });
  afterAll(() => stack.disposeAsync());

  test('is found at the next turn, also to a tag that is new, and a tag that is deleted keeps its history', async () => {
    const first = await shop.push('web', 'v1', 'first');
    await shop.create('web');
    await expect.poll(() => shop.history('web', 'v1'), patience).toEqual([first]);
    const second = await shop.push('web', 'v1', 'second');
    const other = await shop.push('web', 'v2', 'other');
    await expect.poll(() => shop.history('web', 'v1'), patience).toEqual([second, first]);
    await expect.poll(() => shop.history('web', 'v2'), patience).toEqual([other]);
    expect(cluster.pollsOf('web').every(({ cause }) => cause === 'schedule')).toBe(true);

    await deleteTag(host, shop.path('web'), 'v1');
    const third = await shop.push('web', 'v2', 'third');
    await expect.poll(() => shop.history('web', 'v2'), patience).toEqual([third, other]);
    expect(await shop.history('web', 'v1')).toEqual([second, first]);
    expect((await shop.read('web'))?.status?.tags?.find(({ tag }) => tag === 'v1')?.conditions).toBeUndefined();
  });

  test('into a tag with another source is not found, before one was announced', async () => {
    const source = await shop.push('source', 'stable', 'source');
    await shop.push('sourced', 'latest', 'older than the stream');
    const beside = await shop.push('sourced', 'beside', 'beside');
    await shop.create('sourced', [
      {
        name: 'latest',
        from: { kind: 'DockerImage', name: `${host}/${shop.path('source')}:stable` },
        importPolicy: { insecure: true },
      },
    ]);
    await expect.poll(() => shop.history('sourced', 'beside'), patience).toEqual([beside]);
    await expect.poll(() => shop.history('sourced', 'latest'), patience).toEqual([source]);
    const announced = await shop.push('sourced', 'latest', 'announced');
    await cluster.announce(host, shop.path('sourced'), 'latest', { digest: announced });
    await expect.poll(() => shop.history('sourced', 'latest'), patience).toEqual([announced, source]);
    const silent = await shop.push('sourced', 'latest', 'silent');
    await expect.poll(() => shop.history('sourced', 'latest'), patience).toEqual([silent, announced, source]);
  });
});

describe('a push to a stream that does not exist', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  let shop: ReturnType<typeof at>;
  let poller: ServiceProcess;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    shop = at(cluster);
    // With the rights of the manifests and no others.
    const account = stack.use(await createPollerAccount(cluster.kube, cluster.namespace, inject('kubeconfig')));
    const env = envOf(cluster, { TAGSTREAM_POLL_INTERVAL: '1s' });
    stack.use(await startService('trigger', env));
    poller = stack.use(await startService('poller', { ...env, KUBECONFIG: account.kubeconfig }));
  });
  afterAll(() => stack.disposeAsync());

  const announce = (name: string, tag: string, digest: string) =>
    cluster.announce(host, shop.path(name), tag, { digest });
  const refusal = async (stream: string) => {
    const isRefusal = 'push creates no ImageStream';
    return (await poller.logged(({ message, stream: about }) => message === isRefusal && about === stream)).why;
  };

  test('creates none where the namespace does not allow it, and does where it does, announced or not', async () => {
    const early = await shop.push('early', 'v1', 'early');
    await announce('early', 'v1', early);
    expect(await refusal('early')).toBe('not-allowed');
    expect(await shop.read('early')).toBeUndefined();

    await shop.label('true');
    await expect.poll(() => shop.history('early', 'v1'), patience).toEqual([early]);
    expect((await shop.read('early'))?.metadata.annotations).toEqual({
      [CREATED_FOR]: `${host}/${shop.path('early')}:v1`,
    });

    const digest = await shop.push('fresh', 'v1', 'fresh');
    await announce('fresh', 'v1', digest);
    await expect.poll(() => shop.history('fresh', 'v1'), patience).toEqual([digest]);
    expect((await shop.read('fresh'))?.spec).toEqual({});

    const silent = await shop.push('silent', 'v1', 'silent');
    await expect.poll(() => shop.history('silent', 'v1'), patience).toEqual([silent]);
  });

  test('creates none for a name that no stream can have, or for what the registry does not have', async () => {
    await shop.label('true');
    await announce('under_score', 'v1', await shop.push('under_score', 'v1', 'x'));
    expect(await refusal('under_score')).toBe('invalid-name');
    await cluster.announce(host, shop.path('forged'), 'v1');
    const real = await shop.push('real', 'v1', 'real');
    await announce('real', 'v1', real);
    await expect.poll(() => shop.history('real', 'v1'), patience).toEqual([real]);
    expect(await shop.read('forged')).toBeUndefined();
  });
});

test("the registry's own notifications, under its public name, create the stream and fill its tag", async () => {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/hooks/distribution`;
  const registry = stack.use(await startRegistry({ notifications: { url, authorization: 'Bearer s3cret' } }));
  const shop = at(cluster, registry.host);
  // The cluster's own name for it is one that the machine resolves as well.
  const internal = `localhost:${registry.port}`;
  const env = envOf(cluster, {
    TAGSTREAM_POLL_INTERVAL: '24h',
    TAGSTREAM_REGISTRY_HOST: internal,
    TAGSTREAM_REGISTRY_PUBLIC_HOST: registry.host,
  });
  const hooks = {
    TAGSTREAM_HTTP_HOST: '127.0.0.1',
    TAGSTREAM_HTTP_PORT: String(port),
    TAGSTREAM_WEBHOOK_SECRETS: 's3cret',
  };
  stack.use(await startService('trigger', env));
  stack.use(await startService('poller', { ...env, TAGSTREAM_CREATE_STREAMS: 'all' }));
  stack.use(await startService('webhooks', { ...env, ...hooks }));

  const digests: string[] = [];
  for (const version of ['one', 'two', 'three']) {
    digests.unshift(await shop.push('web', 'latest', version));
    await expect.poll(() => shop.history('web', 'latest'), patience).toEqual(digests);
  }
  const [tag] = (await shop.read('web'))?.status?.tags ?? [];
  expect(tag?.items?.[0]?.dockerImageReference).toBe(`${internal}/${shop.path('web')}@${digests[0]}`);
  expect((await shop.read('web'))?.status).toMatchObject({
    dockerImageRepository: `${internal}/${shop.path('web')}`,
    publicDockerImageRepository: `${registry.host}/${shop.path('web')}`,
  });
});

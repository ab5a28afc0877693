import type { ImageStream } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { buildImage, pushImage } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { IMPORT_NOW } from '../../src/annotations.ts';
import { type Cluster, startCluster } from '../cluster.ts';

const registryHost = inject('registryHost');
const patience = { timeout: 20_000 };
const { imageStreams } = resources;

describe('a stream with spec.dockerImageRepository', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    const env = {
      ...cluster.env,
      TAGSTREAM_MAX_REPOSITORY_TAGS: '3',
    };
    stack.use(await startService('trigger', env));
    stack.use(await startService('poller', env));
  });
  afterAll(() => stack.disposeAsync());

  const pathOf = (name: string) => `${cluster.prefix}/${name}`;
  const push = (name: string, tag: string, seed = tag) =>
    pushImage(registryHost, pathOf(name), tag, buildImage({ seed: `${cluster.prefix} ${seed}` }));
  const keyOf = (name: string) => ({ resource: imageStreams, namespace: cluster.namespace, name });
  const read = (name: string) => cluster.kube.get<ImageStream>(keyOf(name));
  const create = (name: string, spec: object, annotations: Record<string, string> = {}) =>
    cluster.kube.create(imageStreams, {
      metadata: {
        name,
        namespace: cluster.namespace,
        annotations: { 'openshift.io/image.insecureRepository': 'true', ...annotations },
      },
      spec: { dockerImageRepository: `${registryHost}/${pathOf(name)}`, ...spec },
    });
  /** `tag image`, by the names of the tags; a tag without image has its reason. */
  const tagsOf = async (name: string) =>
    ((await read(name)).status?.tags ?? []).map(
      ({ tag, items, conditions }) => `${tag} ${items?.[0]?.image ?? conditions?.[0]?.reason}`,
    );

  test('gets the tags that are wanted most, in status only, and later pushes of them', async () => {
    const digests = new Map<string, string>();
    for (const tag of ['latest', '1.0', '1.1', 'nightly']) digests.set(tag, await push('web', tag));
    await create('web', {});
    const wanted = ['1.0', '1.1', 'latest'];
    await expect.poll(() => tagsOf('web'), patience).toEqual(wanted.map((tag) => `${tag} ${digests.get(tag)}`));

    const imported = await read('web');
    expect(imported.spec).toEqual({ dockerImageRepository: `${registryHost}/${pathOf('web')}` });
    expect(imported.metadata.generation).toBe(1);
    expect(imported.status).toMatchObject({
      repositories: [{ tags: ['latest', '1.1', '1.0'], additionalTags: 1, request: '' }],
      conditions: [{ type: 'RepositoryImported', status: 'True', reason: 'Listed' }],
    });
    expect(imported.status?.tags?.[2]?.items?.[0]?.dockerImageReference).toBe(
      `${registryHost}/${pathOf('web')}@${digests.get('latest')}`,
    );

    const moved = await push('web', 'latest', 'moved');
    await cluster.announce(registryHost, pathOf('web'), 'latest', { digest: moved });
    await expect.poll(() => tagsOf('web'), patience).toContain(`latest ${moved}`);
    expect((await read('web')).status?.tags?.[2]?.items?.map(({ image }) => image)).toEqual([
      moved,
      digests.get('latest'),
    ]);
  });

  test('lets the spec decide about a tag that it names, and follows what the spec makes of the others', async () => {
    const first = await push('own', '1.0');
    const other = await push('own-source', '7');
    await create('own', {
      tags: [
        {
          name: '1.0',
          from: { kind: 'DockerImage', name: `${registryHost}/${pathOf('own-source')}:7` },
          importPolicy: { insecure: true },
        },
        { name: 'stable', from: { kind: 'ImageStreamTag', name: 'edge' } },
      ],
    });
    const edge = await push('own', 'edge');
    await expect.poll(() => tagsOf('own'), patience).toContain(`1.0 ${other}`);
    expect(await tagsOf('own')).not.toContain(`1.0 ${first}`);
    await cluster.kube.mergePatch(keyOf('own'), { metadata: { annotations: { [IMPORT_NOW]: 'again' } } });
    await expect.poll(() => tagsOf('own'), patience).toEqual([`1.0 ${other}`, `edge ${edge}`, `stable ${edge}`]);
  });

  test('says why its repository could not be listed, and has its tags once it can', async () => {
    await create('late', {});
    const condition = async () => (await read('late')).status?.conditions?.[0];
    await expect.poll(condition, patience).toMatchObject({
      type: 'RepositoryImported',
      status: 'False',
      reason: 'NotFound',
      message: `dockerimage.image.openshift.io "${registryHost}/${pathOf('late')}" not found`,
    });
    const digest = await push('late', 'latest');
    await expect.poll(() => tagsOf('late'), patience).toEqual([`latest ${digest}`]);
    expect(await condition()).toMatchObject({ status: 'True' });
  });

  test('#96 is left alone when it brings along that it was imported', async () => {
    await push('done', 'latest');
    await create('done', {}, { 'openshift.io/image.dockerRepositoryCheck': '2026-01-01T00:00:00Z' });
    await push('after', 'latest');
    await create('after', {});
    await expect.poll(() => tagsOf('after'), patience).toHaveLength(1);
    expect((await read('done')).status?.repositories).toBeUndefined();
    expect(await tagsOf('done')).toEqual([]);
  });
});

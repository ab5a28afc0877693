import { type Image, imageObjectName } from '@tagstream/api-types';
import { resources } from '@tagstream/kube';
import { startService } from '@tagstream/servers';
import { buildImage, buildIndex, pushImage } from '@tagstream/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cluster, startCluster } from '../cluster.ts';

const registryHost = inject('registryHost');
const patience = { timeout: 20_000 };

describe('Image objects', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  const made: string[] = [];

  beforeAll(async () => {
    cluster = stack.use(await startCluster(inject('natsUrl'), inject('kubeconfig')));
    stack.use(await startService('poller', cluster.env));
    stack.defer(async () => {
      for (const name of made) await cluster.kube.delete({ resource: resources.images, name });
    });
  });
  afterAll(() => stack.disposeAsync());

  const read = (digest: string) => {
    const name = imageObjectName(digest);
    made.push(name);
    return cluster.kube.get<Image>({ resource: resources.images, name });
  };
  const follow = (stream: string, importMode: 'Legacy' | 'PreserveOriginal') =>
    cluster.writeStream(stream, [
      {
        name: 'latest',
        from: { kind: 'DockerImage', name: `${registryHost}/${cluster.prefix}/${stream}:latest` },
        importPolicy: { insecure: true, importMode },
      },
    ]);

  test('are there when an import is told, with the configuration and the layers of the image', async () => {
    const image = buildImage({ seed: `${cluster.prefix} one`, labels: { version: '1.2' } });
    const digest = await pushImage(registryHost, `${cluster.prefix}/one`, 'latest', image);
    await follow('one', 'Legacy');
    await expect.poll(() => cluster.pollsOf('one'), patience).toHaveLength(1);
    expect(await read(digest)).toMatchObject({
      dockerImageReference: `${registryHost}/${cluster.prefix}/one@${digest}`,
      dockerImageMetadata: { Architecture: 'amd64', Config: { Labels: { version: '1.2' } }, Size: expect.any(Number) },
      dockerImageLayers: [{ name: expect.stringMatching(/^sha256:/), size: expect.any(Number) }],
    });
  });

  test('#122 are there for a list and for each image in it', async () => {
    const index = buildIndex([
      buildImage({ seed: `${cluster.prefix} amd`, platform: { architecture: 'amd64', os: 'linux' } }),
      buildImage({ seed: `${cluster.prefix} arm`, platform: { architecture: 'arm64', os: 'linux' } }),
    ]);
    const digest = await pushImage(registryHost, `${cluster.prefix}/many`, 'latest', index);
    await follow('many', 'PreserveOriginal');
    await expect.poll(() => cluster.pollsOf('many'), patience).toHaveLength(1);
    const list = await read(digest);
    expect(list.dockerImageManifests?.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64']);
    for (const child of list.dockerImageManifests ?? []) {
      expect(await read(child.digest)).toMatchObject({ dockerImageMetadata: { Architecture: child.architecture } });
    }
  });

  test('cannot be given other layers, nor layers beside manifests', async () => {
    const name = `sha256-${cluster.prefix}`;
    made.push(name);
    const layers = [{ name: 'sha256:1', size: 1, mediaType: 'm' }];
    const object: Image = { metadata: { name }, dockerImageReference: 'r/web@sha256:1', dockerImageLayers: layers };
    await cluster.kube.create(resources.images, object);
    const key = { resource: resources.images, name };
    await expect(cluster.kube.mergePatch(key, { dockerImageLayers: [] })).rejects.toThrow(/cannot be changed/);
    const manifests = [{ digest: 'sha256:2', mediaType: 'm', manifestSize: 1, architecture: '', os: '' }];
    await expect(cluster.kube.mergePatch(key, { dockerImageManifests: manifests })).rejects.toThrow(/not both/);
    await cluster.kube.mergePatch(key, { metadata: { labels: { reviewed: 'yes' } } });
  });

  test('are not made when that is switched off, and tags are imported all the same', async () => {
    await using other = await startCluster(inject('natsUrl'), inject('kubeconfig'));
    await using _poller = await startService('poller', {
      ...other.env,
      TAGSTREAM_IMAGE_OBJECTS: 'false',
    });
    const digest = await pushImage(registryHost, `${other.prefix}/off`, 'latest', buildImage({ seed: other.prefix }));
    const from = { kind: 'DockerImage', name: `${registryHost}/${other.prefix}/off:latest` };
    await other.writeStream('off', [{ name: 'latest', from, importPolicy: { insecure: true } }]);
    await expect.poll(() => other.pollsOf('off'), patience).toMatchObject([{ outcome: { image: digest } }]);
    const key = { resource: resources.images, name: imageObjectName(digest) };
    await expect(other.kube.get(key)).rejects.toMatchObject({ code: 'not_found' });
  });
});

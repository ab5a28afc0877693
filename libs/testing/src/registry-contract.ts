import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildImage } from './image/build-image.ts';
import { buildIndex } from './image/build-index.ts';
import { deleteTag, pushImage } from './image/push-image.ts';

/** Something that speaks the OCI distribution protocol on a loopback port, without TLS and without authentication. */
export interface RegistryUnderTest extends AsyncDisposable {
  /** `127.0.0.1:5000` */
  readonly host: string;
}

/** Everything this project's client understands, as it asks for it. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/**
 * What readers of a registry rely on, as tests of its HTTP answers (OCI distribution specification). The real registry and
 * the fake one both pass it; so a test that passes against the fake means something.
 */
export function describeRegistryContract(name: string, start: () => Promise<RegistryUnderTest>): void {
  describe(`${name} as a registry`, () => {
    let registry: RegistryUnderTest;
    const repository = `contract/app-${process.pid}`;
    const oci = buildImage({ seed: 'contract oci' });
    const docker = buildImage({ seed: 'contract docker', format: 'docker' });
    const arm = buildImage({ seed: 'contract arm', platform: { architecture: 'arm64', os: 'linux' } });
    const list = buildIndex([oci, arm]);
    const get = (path: string, method = 'GET') =>
      fetch(`http://${registry.host}/v2/${repository}/${path}`, { method, headers: { accept: ACCEPT } });

    beforeAll(async () => {
      registry = await start();
      await pushImage(registry.host, repository, 'oci', oci);
      await pushImage(registry.host, repository, 'docker', docker);
      await pushImage(registry.host, repository, 'list', list);
    });
    afterAll(() => registry[Symbol.asyncDispose]());

    test.each([
      ['an OCI image', 'oci', oci],
      ['a Docker image', 'docker', docker],
      ['a list', 'list', list],
    ])('answers HEAD of %s with digest, media type and length', async (_, tag, image) => {
      const response = await get(`manifests/${tag}`, 'HEAD');

      expect(response.status).toBe(200);
      expect(response.headers.get('docker-content-digest')).toBe(image.digest);
      expect(response.headers.get('content-type')).toBe(image.mediaType);
      expect(response.headers.get('content-length')).toBe(String(image.manifest.length));
    });

    test('gives a manifest back byte by byte, by tag and by digest', async () => {
      for (const reference of ['list', list.digest]) {
        const response = await get(`manifests/${reference}`);
        expect(Buffer.from(await response.arrayBuffer())).toEqual(list.manifest);
      }
    });

    test('gives a blob back byte by byte', async () => {
      const response = await get(`blobs/${oci.config.digest}`);

      expect(Buffer.from(await response.arrayBuffer())).toEqual(oci.config.bytes);
    });

    test('moves a tag when another image is pushed under it', async () => {
      await pushImage(registry.host, repository, 'moving', oci);
      await pushImage(registry.host, repository, 'moving', docker);

      const response = await get('manifests/moving', 'HEAD');
      expect(response.headers.get('docker-content-digest')).toBe(docker.digest);
    });

    test('forgets a deleted tag and keeps its manifest', async () => {
      await pushImage(registry.host, repository, 'gone', arm);
      await deleteTag(registry.host, repository, 'gone');

      expect((await get('manifests/gone', 'HEAD')).status).toBe(404);
      expect((await get(`manifests/${arm.digest}`, 'HEAD')).status).toBe(200);
    });

    test.each([
      ['a tag', 'manifests/missing', 'MANIFEST_UNKNOWN'],
      ['a digest', `manifests/sha256:${'0'.repeat(64)}`, 'MANIFEST_UNKNOWN'],
      ['a blob', `blobs/sha256:${'0'.repeat(64)}`, 'BLOB_UNKNOWN'],
    ])('answers 404 with a code for %s that does not exist', async (_, path, code) => {
      const response = await get(path);

      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ code }] });
    });

    test('lists tags in pages that link to each other', async () => {
      await pushImage(registry.host, `${repository}/pages`, 'a', oci);
      await pushImage(registry.host, `${repository}/pages`, 'b', oci);
      await pushImage(registry.host, `${repository}/pages`, 'c', oci);

      const first = await get('pages/tags/list?n=2');
      expect(await first.json()).toMatchObject({ tags: ['a', 'b'] });
      const [, link = ''] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? [];
      const second = await fetch(new URL(link, `http://${registry.host}`));
      expect(await second.json()).toMatchObject({ tags: ['c'] });
      expect(second.headers.get('link')).toBeNull();
    });

    test('answers 404 for the tags of a repository that does not exist', async () => {
      const response = await fetch(`http://${registry.host}/v2/contract/nowhere/tags/list`);

      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN' }] });
    });
  });
}

import { buildImage, buildIndex, deleteTag, pushImage } from '@tagstream/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveImage } from '../src/index.ts';
import { allOf, insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const amd = buildImage({ seed: 'amd', labels: { team: 'shop' } });
const arm = buildImage({ seed: 'arm', platform: { architecture: 'arm64', os: 'linux', variant: 'v8' } });
const docker = buildImage({ seed: 'docker', format: 'docker' });
const list = buildIndex([arm, amd]);
const dockerList = buildIndex([docker], 'docker');
const missing = `sha256:${'0'.repeat(64)}`;

/** What reading a registry gives, the same for every registry that passes the contract. */
export function describeReader(name: string, registryHost: () => string): void {
  describe(`the client with ${name}`, () => {
    const repository = `reader/app-${process.pid}`;
    const at = (rest: string) => refTo({ host: registryHost() }, `${repository}${rest}`);

    beforeAll(async () => {
      const push = (tag: string, image: Parameters<typeof pushImage>[3]) =>
        pushImage(registryHost(), repository, tag, image);
      await push('latest', amd);
      await push('docker', docker);
      await push('list', list);
      await push('docker-list', dockerList);
      await push('gone', docker);
      await deleteTag(registryHost(), repository, 'gone');
    });

    test.each([
      ['an OCI image', ':latest', amd],
      ['a Docker image', ':docker', docker],
      ['an OCI index', ':list', list],
      ['a Docker list', ':docker-list', dockerList],
      ['a digest', `@${arm.digest}`, arm],
      ['a reference without a tag, which is latest', '', amd],
    ])('tells digest, media type and size of %s', async (_, rest, image) => {
      const head = await makeClient().headManifest(at(rest), insecure);

      expect(head).toEqual({ digest: image.digest, mediaType: image.mediaType, size: image.manifest.length });
    });

    test('downloads a manifest byte by byte and reads it', async () => {
      const fetched = await makeClient().getManifest(at(':list'), insecure);

      expect(Buffer.from(fetched.body)).toEqual(list.manifest);
      expect(fetched).toMatchObject({
        digest: list.digest,
        mediaType: list.mediaType,
        manifest: {
          kind: 'index',
          manifests: [{ digest: arm.digest, platform: arm.platform }, { digest: amd.digest }],
        },
      });
    });

    test('downloads a blob and tells its size', async () => {
      const client = makeClient();

      expect(Buffer.from(await client.getBlob(at(''), amd.config.digest, insecure))).toEqual(amd.config.bytes);
      expect(await client.headBlob(at(''), amd.config.digest, insecure)).toBe(amd.config.bytes.length);
    });

    test('follows a tag that moves, over the same client', async () => {
      const client = makeClient();
      await pushImage(registryHost(), repository, 'moving', amd);
      expect((await client.headManifest(at(':moving'), insecure)).digest).toBe(amd.digest);

      await pushImage(registryHost(), repository, 'moving', docker);
      expect((await client.headManifest(at(':moving'), insecure)).digest).toBe(docker.digest);
    });

    test.each([
      ['a tag that never was', ':missing'],
      ['a tag that was deleted', ':gone'],
      ['a digest', `@${missing}`],
      ['a repository', '/nowhere:latest'],
    ])('says not_found for %s, by HEAD and by GET', async (_, rest) => {
      const client = makeClient();

      for (const ask of [client.headManifest, client.getManifest]) {
        const error = await registryErrorOf(ask(at(rest), insecure));
        expect(error).toMatchObject({ code: 'not_found', retryable: false, status: 404 });
        expect(error.message).toContain(repository);
      }
    });

    test('says not_found for a blob', async () => {
      const client = makeClient();

      expect(await registryErrorOf(client.getBlob(at(''), missing, insecure))).toMatchObject({ code: 'not_found' });
      expect(await registryErrorOf(client.headBlob(at(''), missing, insecure))).toMatchObject({ code: 'not_found' });
    });

    test('lists all tags over several pages', async () => {
      const tags = await allOf(makeClient().listTags(at(''), { ...insecure, pageSize: 2 }));

      expect(tags.filter((tag) => tag !== 'moving')).toEqual(['docker', 'docker-list', 'latest', 'list']);
    });

    test('resolves a list to the image of the preferred platform, with its layers and labels', async () => {
      const options = { ...insecure, platform: { architecture: 'amd64', os: 'linux' } };

      const resolved = await resolveImage(makeClient(), at(':list'), options);

      expect(resolved).toMatchObject({
        image: amd.digest,
        manifest: { digest: list.digest, mediaType: list.mediaType },
        platforms: [arm.platform, amd.platform],
        images: [
          {
            digest: amd.digest,
            config: { platform: amd.platform, labels: { team: 'shop' }, created: '2020-01-01T00:00:00Z' },
            layers: [{ digest: amd.layers[0]?.digest, size: amd.layers[0]?.bytes.length }],
            size: (amd.layers[0]?.bytes.length ?? 0) + amd.config.bytes.length,
          },
        ],
      });
    });
  });
}

import { withDigest } from '@tagstream/image-ref';
import {
  buildImage,
  buildIndex,
  type FakeRegistry,
  pushImage,
  startFakeRegistry,
  type TestImage,
} from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chooseChild, type Platform, type ResolveOptions, resolveImage } from '../src/index.ts';
import { insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const onLinux = (architecture: string, seed = architecture) =>
  buildImage({ seed, platform: { architecture, os: 'linux' } });
const amd = onLinux('amd64');
const arm = onLinux('arm64');
const s390 = onLinux('s390x');
const list = buildIndex([s390, amd, arm]);

let fake: FakeRegistry;
beforeAll(async () => {
  fake = await startFakeRegistry();
  await pushImage(fake.host, 'app', 'list', list);
  await pushImage(fake.host, 'app', 'plain', amd);
});
afterAll(() => fake[Symbol.asyncDispose]());
beforeEach(() => fake.clearRequests());

const options = (importMode: ResolveOptions['importMode'], architecture = 'amd64'): ResolveOptions => ({
  ...insecure,
  ...(importMode === undefined ? {} : { importMode }),
  platform: { architecture, os: 'linux' },
});
const resolve = (rest: string, given: ResolveOptions) => resolveImage(makeClient(), refTo(fake, rest), given);
const manifestsAsked = () =>
  fake.requests.filter(({ kind }) => kind === 'get_manifest').map(({ path }) => path.replace('/v2/app/manifests/', ''));

/** Puts an image into the store without its parts. */
function putManifest(tag: string, image: Pick<TestImage, 'mediaType' | 'manifest'>, repository = 'app') {
  fake.store.putManifest(repository, tag, image.mediaType, image.manifest);
}

describe('Legacy import', () => {
  test.each([
    ['#133 empty mode, by tag', '', 'app:list', 'list'],
    ['#133 absent mode, by tag', undefined, 'app:list', 'list'],
    ['#133 Legacy, by tag', 'Legacy', 'app:list', 'list'],
    ['#133 Legacy, by digest', 'Legacy', `app@${list.digest}`, list.digest],
  ] as const)('%s: asks for the list and its amd64 child, and records the child', async (_, mode, rest, asked) => {
    const resolved = await resolve(rest, options(mode));

    expect(manifestsAsked()).toEqual([asked, amd.digest]);
    expect(resolved).toMatchObject({ image: amd.digest, manifest: { digest: list.digest, mediaType: list.mediaType } });
    expect(resolved.images.map(({ digest }) => digest)).toEqual([amd.digest]);
    expect(resolved.children.map(({ digest }) => digest)).toEqual([s390.digest, amd.digest, arm.digest]);
  });

  test('records the child of the preferred platform', async () => {
    expect((await resolve('app:list', options('Legacy', 'arm64'))).image).toBe(arm.digest);
  });

  test('finds the image in a list inside a list', async () => {
    await pushImage(fake.host, 'app', 'nested', buildIndex([buildIndex([s390, arm])]));

    expect((await resolve('app:nested', options('Legacy', 'arm64'))).image).toBe(arm.digest);
  });

  test('gives up on lists that nest without end', async () => {
    const deep = buildIndex([buildIndex([buildIndex([buildIndex([amd])])])]);
    await pushImage(fake.host, 'app', 'deep', deep);

    expect(await registryErrorOf(resolve('app:deep', options('Legacy')))).toMatchObject({ code: 'unsupported' });
  });

  test('calls an empty list invalid', async () => {
    putManifest('empty', buildIndex([]));

    expect(await registryErrorOf(resolve('app:empty', options('Legacy')))).toMatchObject({ code: 'invalid' });
  });

  test('fails when the child is missing', async () => {
    putManifest('list', list, 'hollow');

    expect(await registryErrorOf(resolve('hollow:list', options('Legacy')))).toMatchObject({ code: 'not_found' });
  });
});

describe('PreserveOriginal import', () => {
  test('#134 asks for the list and every child, and records the list with all of them', async () => {
    const resolved = await resolve('app:list', options('PreserveOriginal'));

    expect(manifestsAsked()[0]).toBe('list');
    expect(manifestsAsked().slice(1).sort()).toEqual([s390.digest, amd.digest, arm.digest].sort());
    expect(resolved.image).toBe(list.digest);
    expect(resolved.manifest).toEqual({ digest: list.digest, mediaType: list.mediaType });
    expect(resolved.images.map(({ digest }) => digest)).toEqual([s390.digest, amd.digest, arm.digest]);
    expect(resolved.platforms.map(({ architecture }) => architecture)).toEqual(['s390x', 'amd64', 'arm64']);
  });

  test('of a plain image is like Legacy', async () => {
    const preserved = await resolve('app:plain', options('PreserveOriginal'));

    expect(preserved).toEqual(await resolve('app:plain', options('Legacy')));
    expect(preserved).toMatchObject({
      image: amd.digest,
      manifest: { digest: amd.digest },
      platforms: [amd.platform],
      children: [],
    });
  });

  test('represents a list inside the list by one image', async () => {
    await pushImage(fake.host, 'app', 'nested', buildIndex([s390, buildIndex([arm, amd])]));

    const resolved = await resolve('app:nested', options('PreserveOriginal'));

    expect(resolved.images.map(({ digest }) => digest)).toEqual([s390.digest, amd.digest]);
  });

  test('#136 fails when the manifest of a child is missing', async () => {
    await pushImage(fake.host, 'broken', 'list', list, { without: [arm.digest] });

    const error = await registryErrorOf(resolve('broken:list', options('PreserveOriginal')));

    expect(error.code).toBe('not_found');
    expect(error.message).toContain(arm.digest);
  });

  test('#136 fails when the configuration of a child is missing', async () => {
    await pushImage(fake.host, 'broken', 'list', list);
    fake.store.deleteBlob('broken', s390.config.digest);

    const error = await registryErrorOf(resolve('broken:list', options('PreserveOriginal')));

    expect(error.code).toBe('not_found');
    expect(error.message).toContain(s390.config.digest);
  });

  test('refuses a list of more manifests than anybody means', async () => {
    const crowd = buildIndex(Array.from({ length: 101 }, () => amd));
    putManifest('crowd', crowd);

    expect(await registryErrorOf(resolve('app:crowd', options('PreserveOriginal')))).toMatchObject({
      code: 'too_large',
    });
    expect(manifestsAsked()).toEqual(['crowd']);
  });
});

test('#135 the same list is fetched separately for each mode', async () => {
  const client = makeClient();
  const ref = withDigest(refTo(fake, 'app:list'), list.digest);

  const preserved = await resolveImage(client, ref, options('PreserveOriginal'));
  const legacy = await resolveImage(client, ref, options('Legacy'));

  expect([preserved.image, legacy.image]).toEqual([list.digest, amd.digest]);
  expect(manifestsAsked().filter((asked) => asked === list.digest)).toHaveLength(2);
});

describe('an image of schema 1', () => {
  const layer = (byte: string) => `sha256:${byte.repeat(64)}`;

  test('is described with the sizes that the registry tells of its layers, each counted once', async () => {
    const blobs = ['base', 'top, longer'].map((text) => fake.store.putBlob('old', Buffer.from(text)));
    const [base, top] = blobs as [string, string];
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 1,
        architecture: 'amd64',
        fsLayers: [{ blobSum: top }, { blobSum: base }, { blobSum: base }],
        history: [{ v1Compatibility: JSON.stringify({ architecture: 'amd64', os: 'linux' }) }],
      }),
    );
    const mediaType = 'application/vnd.docker.distribution.manifest.v1+json';
    putManifest('v1', { mediaType, manifest }, 'old');

    const resolved = await resolve('old:v1', options('Legacy'));

    expect(resolved.platforms).toEqual([{ architecture: 'amd64', os: 'linux' }]);
    expect(resolved.images).toMatchObject([
      {
        configDigest: undefined,
        size: 15,
        layers: [{ digest: base, size: 4 }, { digest: base }, { digest: top, size: 11 }],
      },
    ]);
  });

  test('fails when a layer is missing', async () => {
    const manifest = Buffer.from(
      JSON.stringify({ fsLayers: [{ blobSum: layer('a') }], history: [{ v1Compatibility: '{}' }] }),
    );
    putManifest('hollow', { mediaType: 'application/vnd.docker.distribution.manifest.v1+json', manifest }, 'old');

    expect(await registryErrorOf(resolve('old:hollow', options('Legacy')))).toMatchObject({ code: 'not_found' });
  });
});

describe('chooseChild', () => {
  const child = (name: string, platform?: Platform) => ({
    mediaType: name,
    digest: name,
    size: 1,
    ...(platform ? { platform } : {}),
  });
  const amd64 = child('amd64', { architecture: 'amd64', os: 'linux' });
  const armV6 = child('armv6', { architecture: 'arm', os: 'linux', variant: 'v6' });
  const armV7 = child('armv7', { architecture: 'arm', os: 'linux', variant: 'v7' });
  const windows = child('windows', { architecture: 'amd64', os: 'windows' });
  const nameless = child('nameless');

  test.each([
    ['the preferred platform', [amd64, armV6], { architecture: 'arm', os: 'linux' }, 'armv6'],
    ['the first of several variants', [armV7, armV6], { architecture: 'arm', os: 'linux' }, 'armv7'],
    [
      'the same architecture on the preferred system',
      [amd64, windows],
      { architecture: 'amd64', os: 'windows' },
      'windows',
    ],
    [
      'amd64 and linux when the preferred one is not there',
      [windows, armV6, amd64],
      { architecture: 's390x', os: 'linux' },
      'amd64',
    ],
    ['the first when that is not there either', [armV7, windows], { architecture: 's390x', os: 'linux' }, 'armv7'],
    ['one without a platform only as the first', [nameless, amd64], { architecture: 'amd64', os: 'linux' }, 'amd64'],
    ['one without a platform when nothing fits', [nameless, armV6], { architecture: 's390x', os: 'linux' }, 'nameless'],
    ['nothing of nothing', [], { architecture: 'amd64', os: 'linux' }, undefined],
  ])('takes %s', (_, children, preferred, expected) => {
    expect(chooseChild(children, preferred)?.digest).toBe(expected);
  });
});

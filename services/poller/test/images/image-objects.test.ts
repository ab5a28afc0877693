import { parseImageReference } from '@tagstream/image-ref';
import type { ImageDetails, ResolvedImage } from '@tagstream/registry';
import { describe, expect, test } from 'vitest';
import { imageObjects, OMITTED_LABELS_ANNOTATION } from '../../src/images/image-objects.ts';
import { digest } from '../tags.ts';

const details = (hexDigit: string, more: Partial<ImageDetails> = {}): ImageDetails => ({
  digest: digest(hexDigit),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: {
    platform: { architecture: 'amd64', os: 'linux' },
    created: '2026-11-20T09:00:00Z',
    labels: { version: '1.2' },
  },
  configDigest: digest('c'),
  layers: [
    { digest: digest('1'), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 10 },
    { digest: digest('2'), mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 20 },
  ],
  size: 130,
  ...more,
});

const INDEX = 'application/vnd.oci.image.index.v1+json';
const child = (hexDigit: string, architecture: string, variant?: string) => ({
  digest: digest(hexDigit),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  size: 500,
  platform: { architecture, os: 'linux', ...(variant && { variant }) },
});

const plain = (image: ImageDetails): ResolvedImage => ({
  image: image.digest,
  manifest: { digest: image.digest, mediaType: image.mediaType },
  platforms: [image.config.platform],
  children: [],
  images: [image],
});

const list = (recorded: string, images: readonly ImageDetails[]): ResolvedImage => ({
  image: recorded,
  manifest: { digest: digest('f'), mediaType: INDEX },
  platforms: [],
  children: [child('a', 'amd64'), child('b', 'arm64', 'v8')],
  images,
});

const names = (objects: readonly { metadata: { name: string } }[]) => objects.map(({ metadata }) => metadata.name);
const nameOf = (hexDigit: string) => `sha256-${hexDigit.repeat(64)}`;
const web = parseImageReference('r.example.com/shop/web:1');

describe('the Image objects of an import', () => {
  test('say of an image what its manifest and its configuration say, under a name made of the digest', () => {
    expect(imageObjects(web, plain(details('a')))).toEqual([
      {
        metadata: {
          name: nameOf('a'),
          labels: { 'app.kubernetes.io/managed-by': 'tagstream' },
          annotations: { 'image.openshift.io/dockerLayersOrder': 'ascending' },
        },
        dockerImageReference: `r.example.com/shop/web@${digest('a')}`,
        dockerImageMetadata: {
          kind: 'DockerImage',
          apiVersion: 'image.openshift.io/1.0',
          Id: digest('c'),
          Created: '2026-11-20T09:00:00Z',
          Architecture: 'amd64',
          Config: { Labels: { version: '1.2' } },
          Size: 130,
        },
        dockerImageMetadataVersion: '1.0',
        dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
        dockerImageLayers: [
          { name: digest('1'), size: 10, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' },
          { name: digest('2'), size: 20, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' },
        ],
      },
    ]);
  });

  test('#122 #134 of a preserved list are one for each child, in its order, and then the list', () => {
    const objects = imageObjects(web, list(digest('f'), [details('a'), details('b')]));
    expect(names(objects)).toEqual([nameOf('a'), nameOf('b'), nameOf('f')]);
    expect(objects[1]?.dockerImageReference).toBe(`r.example.com/shop/web@${digest('b')}`);
    expect(objects[2]).toMatchObject({
      dockerImageManifestMediaType: INDEX,
      dockerImageManifests: [
        { digest: digest('a'), architecture: 'amd64', os: 'linux', manifestSize: 500 },
        { digest: digest('b'), architecture: 'arm64', os: 'linux', variant: 'v8' },
      ],
    });
    expect(objects[2]?.dockerImageLayers).toBeUndefined();
  });

  test('#133 of a list in Legacy mode are the one image that was chosen', () => {
    expect(names(imageObjects(web, list(digest('a'), [details('a')])))).toEqual([nameOf('a')]);
  });

  test('of a list that names an image twice have it once', () => {
    expect(names(imageObjects(web, list(digest('f'), [details('a'), details('a')])))).toEqual([
      nameOf('a'),
      nameOf('f'),
    ]);
  });

  test('#129 of an import by tag and of one by digest are the same', () => {
    const byDigest = parseImageReference(`r.example.com/shop/web@${digest('a')}`);
    expect(imageObjects(byDigest, plain(details('a')))).toEqual(imageObjects(web, plain(details('a'))));
  });

  test('leave out what is unknown, or is no time', () => {
    const config = { platform: { architecture: '', os: '' }, created: 'yesterday', labels: {} };
    const [object] = imageObjects(web, plain(details('a', { config, configDigest: undefined })));
    expect(object?.dockerImageMetadata).toEqual({
      kind: 'DockerImage',
      apiVersion: 'image.openshift.io/1.0',
      Config: { Labels: {} },
      Size: 130,
    });
  });

  test('keep the short labels of an image that has too much of them, and say how many are left out', () => {
    const labels = { bom: 'x'.repeat(300_000), version: '1', extra: 'y'.repeat(200_000) };
    const [object] = imageObjects(web, plain(details('a', { config: { ...details('a').config, labels } })));
    expect(Object.keys(object?.dockerImageMetadata?.Config?.Labels ?? {})).toEqual(['extra', 'version']);
    expect(object?.metadata.annotations?.[OMITTED_LABELS_ANNOTATION]).toBe('1');
  });
});

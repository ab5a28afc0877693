import { buildImage, buildIndex } from '@tagstream/testing';
import { describe, expect, test } from 'vitest';
import { digestedBytes, digestOf, matchesDigest } from '../src/content-digest.ts';
import { parseManifest } from '../src/manifest.ts';

const OCI = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const descriptor = { mediaType: 'x', digest: DIGEST, size: 1 };

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Signs a schema 1 document the way Docker did: the signatures go in before the last brace. */
function signSchema1(payload: string): Buffer {
  const tail = '\n}';
  const head = payload.slice(0, -tail.length);
  const protectedHeader = { formatLength: head.length, formatTail: Buffer.from(tail).toString('base64url') };
  const signature = { protected: bytes(protectedHeader).toString('base64url') };
  return Buffer.from(`${head},\n   "signatures": [${JSON.stringify(signature)}]${tail}`);
}

const schema1Payload = `{
   "schemaVersion": 1,
   "architecture": "amd64",
   "fsLayers": [{"blobSum": "${DIGEST}"}],
   "history": [{"v1Compatibility": "{\\"architecture\\":\\"amd64\\",\\"os\\":\\"linux\\"}"}]
}`;

describe('parseManifest', () => {
  test('reads an image', () => {
    const image = buildImage({ seed: 1 });

    expect(parseManifest(image.mediaType, image.manifest)).toEqual({
      mediaType: OCI,
      manifest: {
        kind: 'image',
        config: { mediaType: image.config.mediaType, digest: image.config.digest, size: image.config.bytes.length },
        layers: [expect.objectContaining({ digest: image.layers[0]?.digest, size: image.layers[0]?.bytes.length })],
      },
    });
  });

  test('reads a list with platforms', () => {
    const arm = buildImage({ platform: { architecture: 'arm', os: 'linux', variant: 'v7' } });
    const list = buildIndex([arm, buildIndex([arm])], 'docker');

    const { manifest } = parseManifest(`${list.mediaType}; charset=utf-8`, list.manifest);
    expect(manifest).toMatchObject({
      kind: 'index',
      manifests: [{ digest: arm.digest, platform: { architecture: 'arm', os: 'linux', variant: 'v7' } }, {}],
    });
    expect(manifest.kind === 'index' && manifest.manifests[1]).not.toHaveProperty('platform');
  });

  test('reads schema 1 with its signatures', () => {
    expect(parseManifest(SCHEMA1, signSchema1(schema1Payload)).manifest).toEqual({
      kind: 'schema1',
      architecture: 'amd64',
      layerDigests: [DIGEST],
      v1Compatibility: '{"architecture":"amd64","os":"linux"}',
    });
  });

  test('believes the body when the content type says nothing', () => {
    const image = buildImage();

    expect(parseManifest('text/plain', image.manifest).mediaType).toBe(OCI);
  });

  test.each([
    ['a body that calls itself something else', OCI, { mediaType: INDEX, config: descriptor, layers: [] }, 'invalid'],
    ['an image that also lists manifests', OCI, { config: descriptor, layers: [], manifests: [] }, 'invalid'],
    ['a list that also has layers', INDEX, { manifests: [], layers: [] }, 'invalid'],
    ['an unknown type', 'text/html', { config: descriptor }, 'unsupported'],
    ['no type at all', '', {}, 'unsupported'],
    ['an image without config', OCI, { layers: [] }, 'invalid'],
    ['an image without layers', OCI, { config: descriptor }, 'invalid'],
    ['a descriptor without size', OCI, { config: { digest: DIGEST }, layers: [] }, 'invalid'],
    ['a negative size', OCI, { config: { ...descriptor, size: -1 }, layers: [] }, 'invalid'],
    ['a digest that is none', OCI, { config: { ...descriptor, digest: '../../x' }, layers: [] }, 'invalid'],
    ['an array', OCI, [], 'invalid'],
    ['null', OCI, null, 'invalid'],
    ['too many children', INDEX, { manifests: Array(1001).fill(descriptor) }, 'too_large'],
    ['schema 1 without history', SCHEMA1, { fsLayers: [] }, 'invalid'],
  ])('refuses %s', (_, type, body, code) => {
    expect(() => parseManifest(type, bytes(body))).toThrow(expect.objectContaining({ name: 'RegistryError', code }));
  });

  test('refuses what is not JSON, or not UTF-8', () => {
    expect(() => parseManifest(OCI, Buffer.from('<html>'))).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(() => parseManifest(OCI, Buffer.from([0xff, 0x00]))).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

describe('the digest of a manifest', () => {
  test('is made of the bytes as sent', () => {
    const image = buildImage();

    expect(digestOf(digestedBytes(image.manifest, 'image'))).toBe(image.digest);
  });

  test('is made of the document before signing for schema 1', () => {
    expect(Buffer.from(digestedBytes(signSchema1(schema1Payload), 'schema1')).toString()).toBe(schema1Payload);
  });

  test('is made of the bytes as sent for schema 1 without signatures', () => {
    expect(Buffer.from(digestedBytes(Buffer.from(schema1Payload), 'schema1')).toString()).toBe(schema1Payload);
  });

  test.each([
    ['no list', { signatures: 1 }],
    ['an empty list', { signatures: [] }],
    [
      'a length beyond the document',
      { signatures: [{ protected: bytes({ formatLength: 1e9, formatTail: '' }).toString('base64url') }] },
    ],
  ])('cannot be made when the signatures are %s', (_, document) => {
    expect(() => digestedBytes(bytes(document), 'schema1')).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('is checked by the algorithm that it names', () => {
    const body = Buffer.from('x');

    expect(matchesDigest(body, digestOf(body, 'sha512'))).toBe(true);
    expect(matchesDigest(body, digestOf(Buffer.from('y'), 'sha512'))).toBe(false);
  });
});

import { type ImageFormat, sha256, type TestImage, type TestIndex } from './test-image.ts';

const MEDIA_TYPES = {
  oci: 'application/vnd.oci.image.index.v1+json',
  docker: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

/** Makes a list of images, in this order; a list inside the list has no platform of its own. */
export function buildIndex(children: readonly (TestImage | TestIndex)[], format: ImageFormat = 'oci'): TestIndex {
  const mediaType = MEDIA_TYPES[format];
  const document = {
    schemaVersion: 2,
    mediaType,
    manifests: children.map((child) => ({
      mediaType: child.mediaType,
      digest: child.digest,
      size: child.manifest.length,
      ...(child.kind === 'image' ? { platform: child.platform } : {}),
    })),
  };
  const manifest = Buffer.from(JSON.stringify(document), 'utf8');
  return { kind: 'index', digest: sha256(manifest), mediaType, manifest, children };
}

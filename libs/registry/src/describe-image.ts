import type { ImageReference } from '@tagstream/image-ref';
import { withDigest } from '@tagstream/image-ref';
import { RegistryError } from './errors.ts';
import { type ImageConfig, parseImageConfig } from './image-config.ts';
import type { Manifest } from './manifest.ts';
import { mapBounded } from './map-bounded.ts';
import type { CallOptions, FetchedManifest, RegistryClient } from './types.ts';

/** Layers of an old image whose sizes are asked for at the same time. */
const PARALLEL_LAYERS = 4;

export interface Layer {
  readonly digest: string;
  /** Empty for schema 1, which knows only one kind. */
  readonly mediaType: string;
  readonly size: number;
}

/** One image for one platform, as its manifest and its configuration describe it. */
export interface ImageDetails {
  readonly digest: string;
  readonly mediaType: string;
  readonly config: ImageConfig;
  /** Digest of the configuration, the "image id" of Docker; undefined for schema 1. */
  readonly configDigest: string | undefined;
  /** The lowest layer first. */
  readonly layers: readonly Layer[];
  /** Bytes of all distinct layers, compressed as stored, and of the configuration (OpenShift: dockerImageMetadata.Size). */
  readonly size: number;
}

type ImageReader = Pick<RegistryClient, 'getBlob' | 'headBlob'>;

/**
 * Downloads the configuration that belongs to a manifest and puts both together. For schema 1, which carries its
 * configuration but no sizes, the layers are asked for theirs.
 *
 * @throws {RegistryError} `not_found` when the configuration is missing, `unsupported` for a list of manifests.
 */
export async function describeImage(
  client: ImageReader,
  ref: ImageReference,
  fetched: FetchedManifest,
  call: CallOptions = {},
): Promise<ImageDetails> {
  const { digest, mediaType, manifest } = fetched;
  switch (manifest.kind) {
    case 'image': {
      const config = await client.getBlob(withDigest(ref, digest), manifest.config.digest, call);
      return {
        digest,
        mediaType,
        config: parseImageConfig(Buffer.from(config).toString('utf8'), digest),
        configDigest: manifest.config.digest,
        layers: manifest.layers,
        size: sizeOfDistinct(manifest.layers) + config.length,
      };
    }
    case 'schema1':
      return describeSchema1(client, ref, { digest, mediaType, manifest }, call);
    case 'index':
      throw new RegistryError('unsupported', `${digest} is a list of manifests, not one image.`);
  }
}

async function describeSchema1(
  client: ImageReader,
  ref: ImageReference,
  fetched: { digest: string; mediaType: string; manifest: Extract<Manifest, { kind: 'schema1' }> },
  call: CallOptions,
): Promise<ImageDetails> {
  const { manifest } = fetched;
  const distinct = [...new Set(manifest.layerDigests)];
  const sizes = await mapBounded(distinct, PARALLEL_LAYERS, (digest) => client.headBlob(ref, digest, call));
  const sizeByDigest = new Map(distinct.map((digest, index) => [digest, sizes[index] ?? 0]));
  const layers = manifest.layerDigests
    .map((digest) => ({ digest, mediaType: '', size: sizeByDigest.get(digest) ?? 0 }))
    .reverse();
  return {
    digest: fetched.digest,
    mediaType: fetched.mediaType,
    config: parseImageConfig(manifest.v1Compatibility, fetched.digest),
    configDigest: undefined,
    layers,
    size: sizeOfDistinct(layers),
  };
}

function sizeOfDistinct(layers: readonly Layer[]): number {
  const sizes = new Map(layers.map(({ digest, size }) => [digest, size]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

import { gzipSync } from 'node:zlib';
import { type TarFile, tar } from './tar.ts';
import { type ImageFormat, sha256, type TestBlob, type TestImage, type TestPlatform } from './test-image.ts';

const MEDIA_TYPES = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

export interface ImageOptions {
  /** The `config` section of the configuration: Env, Cmd, ExposedPorts… */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Files of the one layer. */
  readonly files?: readonly TarFile[];
  readonly platform?: TestPlatform;
  /** Images of different seeds have different digests. */
  readonly seed?: string | number;
  readonly format?: ImageFormat;
}

/** Makes a complete image with one layer. The same options give the same bytes, so digests can be compared over runs. */
export function buildImage(options: ImageOptions = {}): TestImage {
  const platform = options.platform ?? { architecture: 'amd64', os: 'linux' };
  const types = MEDIA_TYPES[options.format ?? 'oci'];
  const archive = tar([{ path: 'seed', content: String(options.seed ?? '') }, ...(options.files ?? [])]);
  const layer = blob(types.layer, gzipSync(archive));
  const config = blob(
    types.config,
    toJson({
      ...platform,
      created: '2020-01-01T00:00:00Z',
      config: { ...options.config, ...(options.labels ? { Labels: options.labels } : {}) },
      rootfs: { type: 'layers', diff_ids: [sha256(archive)] },
      history: [{ created: '2020-01-01T00:00:00Z', created_by: 'test' }],
    }),
  );
  const manifest = toJson({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: describe(config),
    layers: [describe(layer)],
  });
  return {
    kind: 'image',
    digest: sha256(manifest),
    mediaType: types.manifest,
    manifest,
    platform,
    config,
    layers: [layer],
  };
}

function blob(mediaType: string, bytes: Buffer): TestBlob {
  return { digest: sha256(bytes), mediaType, bytes };
}

function describe({ mediaType, digest, bytes }: TestBlob) {
  return { mediaType, digest, size: bytes.length };
}

function toJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

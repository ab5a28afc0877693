import { createHash } from 'node:crypto';

/** The digest that all tags of a repository have: the registry makes its images of the repository's name. */
export function benchDigest(repository: string): string {
  return `sha256:${createHash('sha256').update(benchManifest(repository)).digest('hex')}`;
}

const CONFIG = '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}';

/** The configuration that all images share. */
export const benchConfig = {
  body: CONFIG,
  digest: `sha256:${createHash('sha256').update(CONFIG).digest('hex')}`,
  type: 'application/vnd.oci.image.config.v1+json',
} as const;

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** The manifest of all tags of a repository. */
export function benchManifest(repository: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: benchConfig.type, digest: benchConfig.digest, size: CONFIG.length },
    layers: [],
    annotations: { 'org.opencontainers.image.title': repository },
  });
}

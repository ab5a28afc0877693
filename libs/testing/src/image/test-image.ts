import { createHash } from 'node:crypto';

/** Bytes with their digest. */
export interface TestBlob {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** An image for one platform, ready to be pushed. */
export interface TestImage {
  readonly kind: 'image';
  /** Digest of the manifest: what an ImageStream records. */
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: Buffer;
  readonly platform: TestPlatform;
  readonly config: TestBlob;
  readonly layers: readonly TestBlob[];
}

/** A list of images, ready to be pushed. */
export interface TestIndex {
  readonly kind: 'index';
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: Buffer;
  readonly children: readonly (TestImage | TestIndex)[];
}

export interface TestPlatform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
}

/** Whose media types a manifest has. */
export type ImageFormat = 'oci' | 'docker';

/** SHA-256 digest of bytes, as `sha256:…`. */
export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

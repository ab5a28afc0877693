import type { KubeObject } from './meta.ts';

/** `image.openshift.io/v1` Image, cluster-scoped: what is known of one image or list of images. */
export interface Image extends KubeObject {
  /** Where it was first imported from: repository@digest. */
  dockerImageReference?: string;
  dockerImageMetadata?: DockerImageMetadata;
  dockerImageMetadataVersion?: string;
  dockerImageManifestMediaType?: string;
  /** The lowest layer first; absent for a list. */
  dockerImageLayers?: ImageLayer[];
  /** What a list refers to; absent for an image. */
  dockerImageManifests?: ImageManifest[];
}

/** Kind DockerImage of `image.openshift.io/1.0`, as far as it is filled: the image's own configuration. */
export interface DockerImageMetadata {
  kind: 'DockerImage';
  apiVersion: 'image.openshift.io/1.0';
  /** Digest of the configuration. */
  Id?: string;
  Created?: string;
  Architecture?: string;
  Config?: { Labels?: Record<string, string> };
  /** Bytes of the distinct layers and the configuration. */
  Size?: number;
}

export interface ImageLayer {
  /** Digest. */
  name: string;
  /** Bytes, compressed as stored. */
  size: number;
  mediaType: string;
}

export interface ImageManifest {
  digest: string;
  mediaType: string;
  /** Bytes of the manifest. */
  manifestSize: number;
  architecture: string;
  os: string;
  variant?: string;
}

/**
 * The name of the Image of a digest. OpenShift uses the digest itself, which no custom resource may be called: `sha256:ab…`
 * becomes `sha256-ab…`.
 */
export function imageObjectName(digest: string): string {
  return digest.replace(/[^a-z0-9.-]/g, '-');
}

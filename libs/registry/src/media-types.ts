/** Media types of manifests, by the OCI image specification and Docker's image manifest specifications. */

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_SCHEMA1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
export const DOCKER_SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+json';

/** `index`: a list of manifests for several platforms. `image`: config and layers. `schema1`: Docker's old format. */
export type ManifestKind = 'index' | 'image' | 'schema1';

const KINDS: ReadonlyMap<string, ManifestKind> = new Map([
  [OCI_INDEX, 'index'],
  [DOCKER_LIST, 'index'],
  [OCI_MANIFEST, 'image'],
  [DOCKER_MANIFEST, 'image'],
  [DOCKER_SCHEMA1_SIGNED, 'schema1'],
  [DOCKER_SCHEMA1, 'schema1'],
]);

/**
 * Everything understood, as one Accept header. A registry that is not told about lists answers with one platform's
 * manifest, and the digest would then depend on who asks.
 */
export const ACCEPT_MANIFESTS = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST, DOCKER_SCHEMA1_SIGNED].join(
  ', ',
);

/** Which kind of manifest a media type stands for; undefined for one that is not understood. */
export function manifestKind(mediaType: string): ManifestKind | undefined {
  return KINDS.get(mediaType);
}

/** The media type of a Content-Type header without its parameters, lower case; empty for a missing header. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

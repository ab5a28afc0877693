import { isDigest } from './digest.ts';
import type { ImageReference } from './reference.ts';

/** The reference as its writer spelled it; parsing the result gives the same parts. */
export function printImageReference(ref: ImageReference): string {
  const tag = ref.tag === '' ? '' : `:${ref.tag}`;
  const digest = ref.digest === '' ? '' : `@${ref.digest}`;
  return `${printRepository(ref)}${tag}${digest}`;
}

/** The reference without tag and digest, as its writer spelled it: `nginx`, `quay.io/org/app`. */
export function printRepository(ref: ImageReference): string {
  return [ref.registry, ref.namespace, ref.name].filter((part) => part !== '').join('/');
}

/** The reference of the repository: no tag, no digest. */
export function withoutTagAndDigest(ref: ImageReference): ImageReference {
  return { ...ref, tag: '', digest: '' };
}

/**
 * The pull spec to record for an image that was found: the writer's spelling, its tag removed, the digest attached.
 * `nginx:1.25` becomes `nginx@sha256:…`, never `docker.io/library/nginx@sha256:…`. OpenShift writes an id that is no
 * digest (an image of a version 1 registry) as a tag, and so does this.
 */
export function withDigest(ref: ImageReference, digest: string): ImageReference {
  return isDigest(digest) ? { ...ref, tag: '', digest } : { ...ref, tag: digest, digest: '' };
}

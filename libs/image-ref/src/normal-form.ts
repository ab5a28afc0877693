import { ImageRefError } from './errors.ts';
import { printImageReference, printRepository, withoutTagAndDigest } from './print.ts';
import type { ImageReference } from './reference.ts';

const DOCKER_HUB = 'docker.io';

/** The names Docker Hub goes by in references, and the one that its registry really answers on. */
const DOCKER_HUB_NAMES: ReadonlySet<string> = new Set([DOCKER_HUB, 'index.docker.io', 'registry-1.docker.io']);
const DOCKER_HUB_CONNECTION_HOST = 'registry-1.docker.io';

/**
 * The reference with the Docker client's defaults filled in: registry `docker.io` (one name for Docker Hub's three),
 * namespace `library` on Docker Hub only, tag `latest` unless there is a digest, which decides alone and drops the tag.
 * Hosts are compared without regard to case, so the registry is lower case. For connecting, comparing and looking up
 * credentials; never for recording.
 *
 * @throws {ImageRefError} `no_name` for a reference that names a registry only: there is nothing to default.
 */
export function normalForm(ref: ImageReference): ImageReference {
  if (ref.name === '') {
    throw new ImageRefError('no_name', `"${ref.registry}" names a registry only; add the repository's path.`);
  }
  const registry = registryKey(ref.registry);
  const namespace = ref.namespace === '' && registry === DOCKER_HUB ? 'library' : ref.namespace;
  const tag = ref.digest !== '' ? '' : ref.tag === '' ? 'latest' : ref.tag;
  return { registry, namespace, name: ref.name, tag, digest: ref.digest };
}

/** One name per registry: lower case, Docker Hub's names and the empty registry are `docker.io`. Keeps the port. */
export function registryKey(registry: string): string {
  const host = registry.toLowerCase();
  return host === '' || DOCKER_HUB_NAMES.has(host) ? DOCKER_HUB : host;
}

/** One text per repository, `docker.io/library/nginx`, however it was spelled. Throws like {@link normalForm}. */
export function repositoryKey(ref: ImageReference): string {
  return printRepository(normalForm(ref));
}

/**
 * One text per thing that can be asked for, `docker.io/library/nginx:latest` or `quay.io/org/app@sha256:…`. References with
 * equal keys get the same answer from the registry. Throws like {@link normalForm}.
 */
export function canonicalKey(ref: ImageReference): string {
  return printImageReference(normalForm(ref));
}

/** True when both mean the same image by the Docker client's defaults: `nginx` and `docker.io/library/nginx:latest`. */
export function sameImageReference(a: ImageReference, b: ImageReference): boolean {
  return canonicalKey(a) === canonicalKey(b);
}

/**
 * Where to connect, and which repository to ask for: host with optional port, and the path below `/v2/`. Docker Hub
 * answers on `registry-1.docker.io`. Throws like {@link normalForm}.
 */
export function connectionTarget(ref: ImageReference): { readonly host: string; readonly repository: string } {
  const normal = normalForm(ref);
  const host = normal.registry === DOCKER_HUB ? DOCKER_HUB_CONNECTION_HOST : normal.registry;
  return { host, repository: printRepository({ ...withoutTagAndDigest(normal), registry: '' }) };
}

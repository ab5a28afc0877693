import { BuildFailure } from '../build-failure.ts';

/** Where images can be read from besides registries (containers-transports(5)): all of them are on the machine that builds. */
const TRANSPORT =
  /^(containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|ostree|sif|tarball|atomic|https?):/;

/** Longer than any reference that a registry takes. */
const MAX_LENGTH = 4096;

/**
 * Checks the name of an image that becomes a word of a Dockerfile or an argument.
 * @throws BuildFailure `InvalidImageReference`
 */
export function imageName(name: string | undefined): string {
  const isFine = name && name.length <= MAX_LENGTH && /^[A-Za-z0-9[][^\s"'\\$]*$/.test(name) && !TRANSPORT.test(name);
  if (isFine) return name;
  throw new BuildFailure(
    'InvalidImageReference',
    `${JSON.stringify(name ?? '')} is no name of an image in a registry.`,
  );
}

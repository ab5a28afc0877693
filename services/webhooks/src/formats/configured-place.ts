import type { Claim } from '../hint.ts';
import type { SenderOptions } from '../sender.ts';

/**
 * Where an image of a repository manager is pulled from, as the receiver says it for the repository key: a host, or a host
 * and a path that the image is below.
 * @param key name of the repository inside the manager: `docker-local`.
 * @returns null when the receiver says nothing about it.
 */
export function configuredPlace(
  { registries }: SenderOptions,
  key: string | null | undefined,
  image: string | null | undefined,
): Pick<Claim, 'configuredHost' | 'host' | 'repository'> | null {
  const place = key && image ? registries?.get(key) : undefined;
  if (place === undefined) return null;
  const [host, ...path] = place.split('/');
  return { configuredHost: host, host: undefined, repository: [...path, image].join('/') };
}

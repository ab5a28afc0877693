import { ImageRefError, normalForm, parseImageReference, registryKey } from '@tagstream/image-ref';
import type { NameRegistry } from './sender.ts';

/** A host name or address, IPv6 in brackets, with its port if it has one. A text of this form is safe in a subject. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * Builds the naming rule: scheme stripped, lower case, Docker Hub's names are `docker.io`, its one-segment repositories get
 * `library/`, the port stays. A registry that calls itself by an internal name is translated by the alias table, because
 * ImageStreams use the name that pulls use.
 * @param aliases internal host to external host, both with their port if they have one.
 */
export function registryNames(aliases: ReadonlyMap<string, string>): NameRegistry {
  const external = new Map([...aliases].map(([from, to]) => [registryKey(from), registryKey(to)]));
  return (host, repository) => {
    const bare = host
      .replace(/^[a-z]+:\/\//i, '')
      .replace(/\/.*$/s, '')
      .toLowerCase();
    const path = pathOf(repository.toLowerCase());
    if (path === null || !HOST.test(bare)) return null;
    const { registry, namespace, name } = normalForm({
      ...path,
      registry: external.get(registryKey(bare)) ?? bare,
    });
    return { registry, repository: namespace === '' ? name : `${namespace}/${name}` };
  };
}

/** Parsed below a host that always counts as one: `localhost`. A service name without a dot is a valid registry here. */
function pathOf(repository: string) {
  try {
    const ref = parseImageReference(`localhost/${repository}`);
    return ref.tag === '' && ref.digest === '' ? ref : null;
  } catch (error) {
    if (error instanceof ImageRefError) return null;
    throw error;
  }
}

/**
 * Reads the alias table: `internal=external` pairs separated by commas.
 * @throws Error that names the pair which is not one.
 */
export function parseAliases(text: string): ReadonlyMap<string, string> {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const [from, to, ...more] = pair.split('=').map((host) => host.trim());
      if (!from || !to || more.length > 0 || /[/\s]/.test(from + to)) {
        throw new Error(`"${pair}" is no alias; write internal-host=external-host, each with its port if it has one`);
      }
      return [from, to] as const;
    }),
  );
}

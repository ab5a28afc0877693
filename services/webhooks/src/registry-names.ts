import { ImageRefError, normalForm, parseImageReference, registryKey } from '@tagstream/image-ref';

/** Normal name of what a sender calls a registry and a repository; null when nobody could refer to it by that name. */
export type NameRegistry = (
  host: string,
  repository: string,
) => { readonly registry: string; readonly repository: string } | null;

/**
 * Builds the naming rule: scheme stripped, lower case, Docker Hub's names are `docker.io`, its one-segment repositories get
 * `library/`, the port stays. A registry that calls itself by an internal name is translated by the alias table, because
 * ImageStreams use the name that pulls use.
 * @param aliases internal host to external host, both with their port if they have one.
 */
export function registryNames(aliases: ReadonlyMap<string, string>): NameRegistry {
  const external = new Map([...aliases].map(([from, to]) => [registryKey(from), registryKey(to)]));
  return (host, repository) => {
    const bare = registryKey(host.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, ''));
    const path = pathOf(repository.toLowerCase());
    if (path === null) return null;
    const { registry, namespace, name } = normalForm({ ...path, registry: external.get(bare) ?? bare });
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

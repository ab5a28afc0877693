import { type ImageReference, registryKey } from '@tagstream/image-ref';
import { matchesGlob } from './glob.ts';

/** Registries that images may be imported from; both parts may hold `*` and `?` for characters, dots included. */
export interface AllowedRegistry {
  readonly host: string;
  readonly port: string;
}

/** How many entries of a list a refusal names. */
const MAX_SHOWN = 5;

/** Docker Hub is meant by each of its names. */
const DOCKER_HUB_NAMES = ['docker.io', 'registry-1.docker.io', 'index.docker.io'] as const;

/**
 * Reads an entry `domain[:port][=insecure]`. Without a port it stands for 443, or for 80 when it is insecure (OpenShift:
 * `allowedRegistriesForImport`). Undefined for a text that is no entry: empty, with a path, with two colons.
 */
export function parseAllowedRegistry(text: string): AllowedRegistry | undefined {
  const [, host, port, insecure] = /^([^\s:/=]+)(?::([\d*?]+))?(=insecure)?$/.exec(text.trim()) ?? [];
  if (host === undefined) return undefined;
  return { host: host.toLowerCase(), port: port ?? (insecure === undefined ? '443' : '80') };
}

/**
 * Whether a reference may be imported, by OpenShift's rules: the sentence of the refusal, or undefined when it may. An
 * empty list allows everything. A reference without a port means port 443; one that may be insecure means 443 or 80.
 */
export function refuseRegistry(
  allowed: readonly AllowedRegistry[],
  reference: ImageReference,
  insecure: boolean,
): string | undefined {
  if (allowed.length === 0) return undefined;
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(registryKey(reference.registry)) ?? [];
  const names = host === 'docker.io' ? DOCKER_HUB_NAMES : [host];
  const ports = port === undefined ? (insecure ? ['443', '80'] : ['443']) : [port];
  const isAllowed = allowed.some(
    (entry) => names.some((name) => matchesGlob(entry.host, name)) && ports.some((one) => matchesGlob(entry.port, one)),
  );
  if (isAllowed) return undefined;
  const registry = reference.registry === '' ? `${host}:443` : reference.registry;
  const shown = allowed.length <= MAX_SHOWN ? allowed : allowed.slice(0, MAX_SHOWN - 1);
  const list = shown.map((entry) => `"${entry.host}:${entry.port}"`).join(', ');
  const more = allowed.length - shown.length;
  return `registry "${registry}" not allowed by whitelist: ${list}${more === 0 ? '' : `, and ${more} more ...`}`;
}

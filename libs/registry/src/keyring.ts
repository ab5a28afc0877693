import { registryKey } from '@tagstream/image-ref';
import type { KeyedCredential } from './docker-config.ts';
import { matchesGlob } from './glob.ts';
import type { Credential, CredentialTarget } from './types.ts';

/** Where `docker login` keeps the credential for Docker Hub. */
const DOCKER_HUB_LOGIN_KEY = 'index.docker.io';

interface Entry {
  /** Host, port and path without scheme. */
  readonly key: string;
  readonly labels: readonly string[];
  readonly port: string;
  readonly path: string;
  readonly credential: Credential;
}

/**
 * Makes the lookup of credentials by Kubernetes' rules, which OpenShift's importer uses too. The scheme of a key is ignored,
 * and a leading `/v1/` or `/v2/` of its path. Hosts are compared label by label, where `*` and `?` stand for characters of
 * one label; the port must be the same, present or absent; the key's path must begin the repository's, as text, so that
 * `/org` fits `/organisation`. Keys are tried in reverse lexical order, so a longer path on the same host is tried first, and
 * of equal keys the earlier one counts. For Docker Hub the entry of `docker login`, `https://index.docker.io/v1/`, is used
 * when nothing else fits.
 */
export function keyring(credentials: readonly KeyedCredential[]): (target: CredentialTarget) => Credential | undefined {
  const entries = credentials.map(toEntry).sort((a, b) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0));
  return ({ registry, repository }) => {
    const [hostname, port] = splitPort(registryKey(registry));
    const labels = hostname.split('.');
    const found = entries.find(
      (entry) =>
        entry.port === port &&
        entry.labels.length === labels.length &&
        entry.labels.every((pattern, index) => matchesGlob(pattern, labels[index] as string)) &&
        `/${repository}`.startsWith(entry.path),
    );
    if (found !== undefined || registryKey(registry) !== 'docker.io') return found?.credential;
    return entries.find((entry) => entry.key === DOCKER_HUB_LOGIN_KEY)?.credential;
  };
}

function toEntry({ key, credential }: KeyedCredential): Entry {
  const schemeless = key.replace(/^https?:\/\//, '');
  const slash = schemeless.indexOf('/');
  const host = (slash < 0 ? schemeless : schemeless.slice(0, slash)).toLowerCase();
  const written = slash < 0 ? '' : schemeless.slice(slash).replace(/^\/v[12](?=\/)/, '');
  const path = written === '/' ? '' : written;
  const [hostname, port] = splitPort(host);
  return { key: host + path, labels: hostname.split('.'), port, path, credential };
}

/** Host name and port, which is empty when there is none; knows IPv6 addresses in brackets. */
function splitPort(host: string): [hostname: string, port: string] {
  const [, hostname = host, port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host) ?? [];
  return [hostname, port];
}

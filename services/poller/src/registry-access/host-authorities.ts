import { createHash, X509Certificate } from 'node:crypto';
import { registryKey } from '@tagstream/image-ref';

/** Certificate authorities of single registries, from all places that they are configured in. */
export interface HostAuthorities {
  /**
   * Takes in what one place holds now: texts under host names.
   * @returns one sentence for each text that cannot be used.
   */
  set(place: string, entries: Readonly<Record<string, string>>): readonly string[];
  /** PEM texts for a host, `registry.example.com:5000`; the same array until they change. */
  of(host: string): readonly string[];
  /** Changes with them; undefined for a host that has none. */
  versionOf(host: string): string | undefined;
}

interface Trusted {
  readonly texts: readonly string[];
  readonly version: string;
}

/** Where Docker Hub's registry answers, whose authority is written under `docker.io`. */
const DOCKER_HUB_HOST = 'registry-1.docker.io';

const NONE: readonly string[] = [];

/** No authorities yet. */
export function createHostAuthorities(): HostAuthorities {
  const places = new Map<string, ReadonlyMap<string, readonly string[]>>();
  const hosts = new Map<string, Trusted>();

  function join(): void {
    const names = new Set([...places.values()].flatMap((place) => [...place.keys()]));
    for (const host of hosts.keys()) if (!names.has(host)) hosts.delete(host);
    for (const host of names) {
      const texts = [...places.values()].flatMap((place) => place.get(host) ?? []);
      const version = createHash('sha256').update(texts.join('\n')).digest('base64url');
      // A new array would make new connections; the content decides.
      if (hosts.get(host)?.version !== version) hosts.set(host, { texts, version });
    }
  }

  return {
    set(place, entries) {
      const problems: string[] = [];
      const read = new Map<string, readonly string[]>();
      for (const [name, text] of Object.entries(entries)) {
        const certificates = certificatesIn(text);
        if (certificates.length > 0) read.set(hostOf(name), certificates);
        else problems.push(`${name} in ${place} holds no certificates in PEM that can be read.`);
      }
      places.set(place, read);
      join();
      return problems;
    },
    of: (host) => hosts.get(host)?.texts ?? NONE,
    versionOf: (host) => hosts.get(host)?.version,
  };
}

/** The host that a key stands for; `..` stands for the colon before a port, which keys cannot hold (OpenShift: `additionalTrustedCA`). */
function hostOf(name: string): string {
  const host = name
    .toLowerCase()
    .replace(/\.\.(\d+)$/, ':$1')
    .replace(/:443$/, '');
  return registryKey(host) === 'docker.io' ? DOCKER_HUB_HOST : host;
}

/** The certificates of a PEM text; none when one of them cannot be read. */
function certificatesIn(text: string): readonly string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch {
    return [];
  }
}

import type { CredentialTarget, KeyedCredential } from '@tagstream/registry';
import { type Credential, keyring } from '@tagstream/registry';
import { lruMap } from '../lru-map.ts';
import type { SecretView } from './secret-view.ts';

/** Finds the credential for a repository. */
export type Lookup = (target: CredentialTarget) => Credential | undefined;

/** Namespaces whose lookup is kept ready; making one takes less than a millisecond. */
const MAX_LOOKUPS = 1_000;

/**
 * The credentials that apply in each namespace, in three ranks: what its own Secrets hold, then the Secret for the whole
 * cluster, then the docker config file of this process (OpenShift: Secrets before node credentials). A rank is asked only
 * when the ones before have nothing that fits.
 */
export interface PullSecrets {
  /** Takes in a Secret of a namespace; undefined takes it away. `kind` keeps those of different watches apart. */
  set(kind: string, namespace: string, name: string, view: SecretView | undefined): void;
  setCluster(credentials: readonly KeyedCredential[]): void;
  setFile(credentials: readonly KeyedCredential[]): void;
  lookup(namespace: string): Lookup;
}

/** No Secrets yet. */
export function createPullSecrets(): PullSecrets {
  const namespaces = new Map<string, Map<string, SecretView>>();
  let lookups = lruMap<string, Lookup>(MAX_LOOKUPS);
  let cluster = keyring([]);
  let file = keyring([]);
  const forgetAll = () => {
    lookups = lruMap(MAX_LOOKUPS);
  };

  function own(namespace: string): Lookup {
    const views = [...(namespaces.get(namespace) ?? [])];
    // In the order of their names: of two for the same repository the same one counts on every replica.
    views.sort(([a], [b]) => (a < b ? -1 : 1));
    return keyring(views.flatMap(([, { credentials }]) => credentials));
  }

  return {
    set(kind, namespace, name, view) {
      const views = namespaces.get(namespace) ?? new Map<string, SecretView>();
      const key = `${kind}/${name}`;
      if (view === undefined) views.delete(key);
      else views.set(key, view);
      if (views.size === 0) namespaces.delete(namespace);
      else namespaces.set(namespace, views);
      forgetAll();
    },
    setCluster(credentials) {
      cluster = keyring(credentials);
      forgetAll();
    },
    setFile(credentials) {
      file = keyring(credentials);
      forgetAll();
    },
    lookup(namespace) {
      const known = lookups.get(namespace);
      if (known !== undefined) return known;
      const ranks = [own(namespace), cluster, file];
      const lookup: Lookup = (target) => {
        for (const rank of ranks) {
          const credential = rank(target);
          if (credential !== undefined) return credential;
        }
        return undefined;
      };
      lookups.set(namespace, lookup);
      return lookup;
    },
  };
}

import type { CredentialProvider, ProxySettings, Transport } from '@tagstream/registry';
import type { Clock } from '@tagstream/service';
import { exchangeAzure, isAzureRegistry } from './azure.ts';
import { entraToken } from './azure-token.ts';
import { ecrRegionOf, exchangeEcr } from './ecr.ts';
import { createExchangeCache, type Exchanged } from './exchange-cache.ts';
import { exchangeGoogle, isGoogleRegistry } from './google.ts';

export type CloudName = 'ecr' | 'google' | 'azure';

/** Exchanges the identity of this process for a credential of registries of one cloud. */
export interface Cloud {
  readonly name: CloudName;
  /**
   * What one credential counts for, such as the region; undefined for a registry that is not of this cloud.
   * @param host of the registry, in normal form.
   */
  readonly scopeOf: (host: string) => string | undefined;
  readonly exchange: (host: string) => Promise<Exchanged>;
}

/** The clouds there are. */
export function cloudsOf(
  names: readonly string[],
  proxy: ProxySettings | undefined,
  transport: Transport,
): readonly Cloud[] {
  const all: readonly Cloud[] = [
    {
      name: 'ecr',
      scopeOf: (host) => {
        const region = ecrRegionOf(host);
        return region && `${region.region}${region.fips ? ' fips' : ''}`;
      },
      exchange: async (host) => {
        const region = ecrRegionOf(host);
        if (region === undefined) throw new TypeError(`${host} is no registry of Amazon ECR`);
        return exchangeEcr(region, proxy);
      },
    },
    { name: 'google', scopeOf: (host) => (isGoogleRegistry(host) ? '' : undefined), exchange: exchangeGoogle },
    {
      name: 'azure',
      scopeOf: (host) => (isAzureRegistry(host) ? host : undefined),
      exchange: (host) => exchangeAzure(host, { entraToken, transport }),
    },
  ];
  return all.filter(({ name }) => names.includes(name));
}

export interface CloudDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** Told about every exchange, and the failure of it. */
  readonly exchanged: (cloud: CloudName, registry: string, failure: unknown) => void;
}

/**
 * Finds credentials of cloud registries by exchanging the identity of this process. Where that fails the registry is asked
 * without credentials: what everybody may read needs no identity, outside of that cloud above all.
 */
export function cloudCredentials(clouds: readonly Cloud[], { clock, exchanged }: CloudDeps): CredentialProvider {
  const cache = createExchangeCache(clock);
  return async ({ registry, refused }) => {
    for (const { name, scopeOf, exchange } of clouds) {
      const scope = scopeOf(registry);
      if (scope === undefined) continue;
      const tell = async () => {
        try {
          const made = await exchange(registry);
          exchanged(name, registry, undefined);
          return made;
        } catch (error) {
          exchanged(name, registry, error);
          throw error;
        }
      };
      return cache.get(`${name} ${scope}`, tell, refused).catch(() => undefined);
    }
    return undefined;
  };
}

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { ProxySettings, Timeouts } from './types.ts';

/** Headers of an answer; registries send some hundred bytes, tokens in redirects some thousand. */
const MAX_HEADER_BYTES = 64 * 1024;

/** An idle connection is closed after this long; a poll every few seconds keeps it. */
const KEEP_ALIVE_MS = 60_000;

/** Different origins with open connections: registries, their token services and blob stores. */
const MAX_ORIGINS = 1000;

export interface ConnectionOptions {
  readonly timeouts: Timeouts;
  readonly maxConnections: number;
  /** Certificate authorities in PEM trusted everywhere besides the default ones. */
  readonly extraCa: readonly string[];
  /** See `RegistryClientOptions.authoritiesOf`. */
  readonly authoritiesOf: (host: string) => readonly string[];
  readonly proxy: ProxySettings | undefined;
}

/** Pools of connections, one for each way of trusting. */
export interface Connections {
  /** The pool for a request. `insecure` accepts any certificate. */
  to(url: URL, insecure: boolean): Dispatcher;
  close(): Promise<void>;
}

interface HostPool {
  readonly authorities: readonly string[];
  readonly pool: Dispatcher;
}

/**
 * Connections to registries. A host with certificate authorities of its own has a pool of its own; when its authorities
 * change, new requests get a new pool, requests under way end on the old one, and no other host notices.
 */
export function createConnections(options: ConnectionOptions): Connections {
  const { extraCa, authoritiesOf } = options;
  const verified = createPool(options, extraCa.length === 0 ? {} : { secureContext: trusting(extraCa) });
  const unverified = createPool(options, { rejectUnauthorized: false });
  const hosts = new Map<string, HostPool>();
  const ending = new Set<Dispatcher>();

  function end(host: string): void {
    const pool = hosts.get(host)?.pool;
    if (pool === undefined) return;
    hosts.delete(host);
    ending.add(pool);
    void pool
      .close()
      .catch(() => {}) // what still ran on it has told its own failure
      .finally(() => ending.delete(pool));
  }

  return {
    to(url, insecure) {
      if (insecure) return unverified;
      const { host } = url;
      const authorities = authoritiesOf(host);
      const known = hosts.get(host);
      if (known !== undefined && known.authorities === authorities) return known.pool;
      end(host);
      if (authorities.length === 0) return verified;
      const pool = createPool(options, { secureContext: trusting([...extraCa, ...authorities]) });
      hosts.set(host, { authorities, pool });
      return pool;
    },
    async close() {
      const pools = [verified, unverified, ...ending, ...[...hosts.values()].map(({ pool }) => pool)];
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

/** Made once for all connections of a pool: reading the default authorities takes milliseconds and a megabyte. */
function trusting(authorities: readonly string[]): SecureContext {
  return createSecureContext({ ca: [...getCACertificates(), ...authorities] });
}

function createPool(
  { timeouts, maxConnections, proxy }: ConnectionOptions,
  tls: { secureContext?: SecureContext; rejectUnauthorized?: boolean },
): Dispatcher {
  const agent = {
    connect: { ...tls, timeout: timeouts.connectMs },
    connections: maxConnections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxOrigins: MAX_ORIGINS,
  };
  if (!proxy?.httpProxy && !proxy?.httpsProxy) return new Agent(agent);
  const { httpProxy = '', httpsProxy = httpProxy, noProxy = '' } = proxy;
  // Empty texts keep undici from looking at the environment itself.
  return new EnvHttpProxyAgent({
    ...agent,
    requestTls: { ...tls, timeout: timeouts.connectMs },
    httpProxy,
    httpsProxy,
    noProxy,
  });
}

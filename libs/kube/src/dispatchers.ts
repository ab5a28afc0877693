import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { ClusterAccess, Credential } from './cluster-access.ts';

/** An API server or its load balancer answers a connection attempt at once or is not there. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Below the shortest idle limit of common load balancers (60 s), long enough to bridge the gaps between reconciles. */
const KEEP_ALIVE_MS = 20_000;

export interface Dispatchers {
  readonly request: Dispatcher;
  readonly watch: Dispatcher;
}

/**
 * Two pools to the same API server, HTTP/1.1 with one request at a time on a connection: a bounded one for requests, and
 * one for watches that grows with their number.
 */
export function createDispatchers(access: ClusterAccess, credential: Credential, maxConnections: number): Dispatchers {
  return {
    request: createDispatcher(access, credential, maxConnections),
    watch: createDispatcher(access, credential, null),
  };
}

function createDispatcher(access: ClusterAccess, credential: Credential, connections: number | null): Dispatcher {
  const tls = tlsOptions(access, credential);
  const options = { connections, pipelining: 1, allowH2: false, keepAliveTimeout: KEEP_ALIVE_MS };
  if (access.proxyUrl !== undefined) {
    const proxy = new ProxyAgent({
      ...options,
      uri: access.proxyUrl,
      requestTls: tls,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    return withOrigin(proxy, access.server.origin);
  }
  return new Pool(access.server.origin, { ...options, connect: { ...tls, timeout: CONNECT_TIMEOUT_MS } });
}

function tlsOptions(access: ClusterAccess, { cert, key }: Credential): TlsOptions {
  const { ca, servername, insecureSkipVerify } = access.trust;
  return {
    rejectUnauthorized: !insecureSkipVerify,
    ...(ca === undefined ? {} : { ca }),
    ...(servername === undefined ? {} : { servername }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}

interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly servername?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A pool knows its origin; a proxy agent has to be told it with each request. */
function withOrigin(agent: Dispatcher, origin: string): Dispatcher {
  return agent.compose((dispatch) => (options, handler) => dispatch({ ...options, origin }, handler));
}

import { readFileSync } from 'node:fs';
import {
  type Authenticator,
  credsAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import type { ConnectOptions } from './connect.ts';

/** Where to connect and how to prove who we are. */
export interface Access {
  /** Addresses without credentials, fit for logs. */
  readonly servers: readonly string[];
  readonly authenticator?: Authenticator;
  /** An address asks for TLS: a connection without it must not be made. */
  readonly tls: boolean;
}

/**
 * Takes the credentials out of the addresses (the client library does not read them there) and makes an authenticator
 * of whatever was given: a credentials file, read anew at each connection so that it can be rotated; a token; a user and
 * password in an address. An address with a user alone carries a token, as in other NATS clients.
 * @throws TypeError when there is no address or one is malformed.
 */
export function readAccess({ servers, credsFile, token }: ConnectOptions): Access {
  const urls = (typeof servers === 'string' ? servers.split(',') : servers)
    .map((server) => server.trim())
    .filter((server) => server !== '')
    .map(readAddress);
  if (urls.length === 0) throw new TypeError('no NATS address is given: expected nats://host:port');
  const bare = urls.map((url) => `${url.protocol}//${url.host}`);
  const authenticator = authenticatorOf(credsFile, token, urls);
  const tls = urls.some(({ protocol }) => protocol === 'tls:');
  return { servers: bare, tls, ...(authenticator ? { authenticator } : {}) };
}

/** Says nothing of the address itself, which may carry a password. */
function readAddress(server: string, index: number): URL {
  const url = URL.parse(server.includes('://') ? server : `nats://${server}`);
  if (url?.host) return url;
  throw new TypeError(`NATS address number ${index + 1} is not of the form nats://host:port`);
}

function authenticatorOf(
  credsFile: string | undefined,
  token: string | undefined,
  urls: readonly URL[],
): Authenticator | undefined {
  if (credsFile !== undefined) return credsAuthenticator(() => new Uint8Array(readFileSync(credsFile)));
  if (token !== undefined) return tokenAuthenticator(token);
  const url = urls.find((candidate) => candidate.username !== '');
  if (url === undefined) return undefined;
  const user = decodeURIComponent(url.username);
  if (url.password === '') return tokenAuthenticator(user);
  return usernamePasswordAuthenticator(user, decodeURIComponent(url.password));
}

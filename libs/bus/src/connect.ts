import { readFileSync } from 'node:fs';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Backoff } from './backoff.ts';
import { backoffMs } from './backoff.ts';
import type { Bus } from './bus.ts';
import { BusError } from './bus-error.ts';
import { type BusClock, systemBusClock } from './clock.ts';
import { watchConnection } from './connection.ts';
import { createBus } from './create-bus.ts';
import { type Access, readAccess } from './credentials.ts';
import { checkPrefix } from './names.ts';

/** A change of the connection. */
export type BusStatus =
  | { readonly kind: 'connected'; readonly server: string }
  | { readonly kind: 'disconnected'; readonly reason: string };

/** Options of {@link connectBus}. */
export interface ConnectOptions {
  /** Addresses: `nats://host:4222`, several separated by commas; may carry `user:password@`; `tls://` insists on TLS. */
  readonly servers: string | readonly string[];
  /** Name of the service; the server's monitoring shows it and messages carry it as their source. */
  readonly name: string;
  /** First token of every subject; `tagstream` when not given. */
  readonly prefix?: string;
  /** Path of a NATS credentials file. */
  readonly credsFile?: string | undefined;
  readonly token?: string | undefined;
  /** Paths of PEM files. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string } | undefined;
  readonly clock?: BusClock;
  /** A number in [0, 1), for the spread of retries. */
  readonly random?: () => number;
  /** Told about each change, and about each failure to connect for the first time. */
  readonly onStatus?: (status: BusStatus) => void;
  /** Gives up waiting for the first connection. */
  readonly signal?: AbortSignal;
}

/** Waits between attempts to connect for the first time. */
const FIRST_CONNECT: Backoff = { minMs: 100, maxMs: 5000, factor: 2 };

/** Waits between attempts to connect again; the client library adds a random part. */
const RECONNECT_MS = 250;
const RECONNECT_JITTER_MS = 250;

/** A connection that does not answer three pings in a row is dead: after about a minute. */
const PING_INTERVAL_MS = 20_000;
const MAX_PINGS_OUT = 3;

/** One attempt to connect, the handshake included. */
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Connects to NATS, waiting as long as it takes, and keeps the connection for ever. Refused credentials are waited for
 * too: somebody may be about to create them.
 * @throws BusError `closed` when the signal is aborted first.
 * @throws TypeError when the prefix or an address cannot be used.
 */
export async function connectBus(options: ConnectOptions): Promise<Bus> {
  const { clock = systemBusClock, random = Math.random, signal, prefix = 'tagstream' } = options;
  checkPrefix(prefix);
  const access = readAccess(options);
  const onStatus = options.onStatus ?? (() => undefined);

  for (let failures = 1; ; failures++) {
    if (signal?.aborted) throw new BusError('closed', 'stopped while connecting to NATS');
    const nc = await dial(access, options).catch((error: Error) => {
      const reason = `cannot connect to ${access.servers.join(', ')}: ${error.message}`;
      onStatus({ kind: 'disconnected', reason });
      return undefined;
    });
    if (nc) {
      onStatus({ kind: 'connected', server: nc.getServer() });
      const connection = await watchConnection(nc, onStatus);
      return createBus({ connection, clock, random, prefix, name: options.name });
    }
    await clock.sleep(backoffMs(FIRST_CONNECT, failures, random()), signal).catch(() => undefined);
  }
}

function dial(access: Access, { name, tls }: ConnectOptions): Promise<NatsConnection> {
  return connect({
    servers: [...access.servers],
    name,
    ...(access.authenticator ? { authenticator: access.authenticator } : {}),
    ...(tls || access.tls ? { tls: readTls(tls ?? {}) } : {}),
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    ignoreAuthErrorAbort: true, // credentials that are being rotated must not end the connection for good
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_PINGS_OUT,
  });
}

function readTls({ caFile, certFile, keyFile }: NonNullable<ConnectOptions['tls']>) {
  return {
    ...(caFile ? { ca: readFileSync(caFile, 'utf8') } : {}),
    ...(certFile ? { cert: readFileSync(certFile, 'utf8') } : {}),
    ...(keyFile ? { key: readFileSync(keyFile, 'utf8') } : {}),
  };
}

import type { BusClock } from './clock.ts';

/** A change of the connection. */
export type BusStatus =
  | { readonly kind: 'connected'; readonly server: string }
  | { readonly kind: 'disconnected'; readonly reason: string };

/** Options of {@link connectBus}. */
export interface ConnectOptions {
  /** Addresses: `nats://host:4222`, several separated by commas; may carry `user:password@`. */
  readonly servers: string | readonly string[];
  /** Name of the service; the server's monitoring shows it and messages carry it as their source. */
  readonly name: string;
  /** First token of every subject. */
  readonly prefix?: string;
  /** Path of a NATS credentials file. */
  readonly credsFile?: string;
  readonly token?: string;
  /** Paths of PEM files. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly clock?: BusClock;
  /** A number in [0, 1), for the spread of retries. */
  readonly random?: () => number;
  readonly onStatus?: (status: BusStatus) => void;
  /** Gives up waiting for the first connection. */
  readonly signal?: AbortSignal;
}

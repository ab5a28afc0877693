import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { BusError } from './bus-error.ts';
import type { BusStatus } from './connect.ts';
import { toBusError } from './to-bus-error.ts';

/** A NATS connection together with the knowledge whether it is up at this moment. */
export interface Connection {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly connected: boolean;
  readonly closed: Promise<Error | undefined>;
  /** Resolves when the connection is up; rejects with a BusError `closed` when the signal is aborted or it is over. */
  whenConnected(signal?: AbortSignal): Promise<void>;
  /** Calls back at each loss of the connection until the returned function is called. */
  onLost(listener: () => void): () => void;
  /**
   * One request to the server. Fails at once without a connection or when it is lost on the way: the client library
   * would wait for an answer that cannot come, and drops what is sent meanwhile.
   */
  request<T>(what: string, send: () => Promise<T>): Promise<T>;
}

/** Wraps a connection that is up. */
export async function watchConnection(nc: NatsConnection, onStatus: (status: BusStatus) => void): Promise<Connection> {
  let connected = true;
  let over = false;
  const lost = new Set<() => void>();
  let waiters = new Set<() => void>();
  const wake = () => {
    const woken = waiters;
    waiters = new Set();
    for (const waiter of woken) waiter();
  };
  const setConnected = (now: boolean, status: BusStatus) => {
    if (connected === now) return;
    connected = now;
    onStatus(status);
    if (now) wake();
    else for (const listener of [...lost]) listener();
  };

  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        setConnected(false, { kind: 'disconnected', reason: `connection to ${status.server} lost` });
      } else if (status.type === 'reconnect') {
        setConnected(true, { kind: 'connected', server: status.server });
      }
    }
  })();
  const closed = nc.closed().then((error) => {
    over = true;
    setConnected(false, { kind: 'disconnected', reason: error?.message ?? 'closed' });
    wake();
    return error ?? undefined;
  });

  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return {
    nc,
    js: jetstream(nc),
    jsm,
    closed,
    get connected() {
      return connected;
    },
    whenConnected: (signal) =>
      new Promise((resolve, reject) => {
        const settle = () => {
          if (signal?.aborted) reject(new BusError('closed', 'stopped while waiting for a connection'));
          else if (over) reject(new BusError('closed', 'the connection is closed'));
          else if (connected) resolve();
          else return void waiters.add(settle);
          signal?.removeEventListener('abort', settle);
          waiters.delete(settle);
        };
        signal?.addEventListener('abort', settle);
        settle();
      }),
    onLost(listener) {
      lost.add(listener);
      return () => lost.delete(listener);
    },
    async request(what, send) {
      if (over) throw new BusError('closed', `${what}: the connection is closed`);
      if (!connected) throw new BusError('unavailable', `${what}: not connected to NATS`);
      const loss = Promise.withResolvers<never>();
      const gone = () => loss.reject(new BusError('unavailable', `${what}: the connection was lost`));
      lost.add(gone);
      try {
        return await Promise.race([send(), loss.promise]);
      } catch (error) {
        throw toBusError(error, what);
      } finally {
        lost.delete(gone);
      }
    },
  };
}

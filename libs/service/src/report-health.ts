import type { Health } from './health.ts';

/** A change of a connection, as the bus tells it. */
type ConnectionStatus =
  | { readonly kind: 'connected'; readonly server: string }
  | { readonly kind: 'disconnected'; readonly reason: string };

/** How a watch is doing, as the cache of a resource tells it. */
interface WatchState {
  readonly connected: boolean;
  readonly reason?: string;
}

/**
 * Makes the state of a connection a part of readiness.
 * @param waiting what is shown until the first attempt to connect has ended.
 * @returns what is to be told about each change.
 */
export function reportConnection(
  health: Pick<Health, 'set'>,
  name: string,
  waiting = 'connecting',
): (status: ConnectionStatus) => void {
  health.set(name, { ready: false, detail: waiting });
  return (status) =>
    health.set(
      name,
      status.kind === 'connected'
        ? { ready: true, detail: `connected to ${status.server}` }
        : { ready: false, detail: status.reason },
    );
}

/**
 * Makes the state of a watch a part of readiness, as `watch <resource>`.
 * @returns what is to be told about each change.
 */
export function reportWatch(health: Pick<Health, 'set'>, resource: string): (state: WatchState) => void {
  const name = `watch ${resource}`;
  health.set(name, { ready: false, detail: 'not synchronised yet' });
  return ({ connected, reason }) =>
    health.set(name, { ready: connected, detail: connected ? 'following changes' : (reason ?? 'not connected') });
}

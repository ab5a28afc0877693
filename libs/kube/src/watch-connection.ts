import type { KubeObject } from '@tagstream/api-types';
import { INITIAL_EVENTS_END, type KubeClient, type WatchOptions } from './kube-client.ts';
import { KubeError } from './kube-error.ts';
import type { Resource } from './resource.ts';
import { isNewer } from './resource-version.ts';
import type { WatchStore } from './watch-store.ts';

/** Where a watch stands, kept from one connection to the next. */
export interface WatchPosition {
  /** Version of the collection that the store has reached; absent when the store has to be filled anew. */
  version?: string | undefined;
  /** The API server did not stream the last initial list: fill the store by a paged list next time. */
  listInstead?: boolean;
}

export interface ConnectionTarget<T extends KubeObject, P> {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  readonly resource: Resource;
  readonly watch: WatchOptions;
  readonly store: WatchStore<T, P>;
  /** Called when the store is complete and follows changes. */
  readonly onConnected: () => void;
}

/**
 * Follows one resource over one connection until the API server ends it, moving `position` along. Without a position it
 * fills the store first, by watch-list: the objects come one by one, and no process has to hold them all at once.
 * @throws KubeError when it could not be opened or broke; `gone` when the position is too old.
 */
export async function followOnce<T extends KubeObject, P>(
  target: ConnectionTarget<T, P>,
  position: WatchPosition,
): Promise<void> {
  if (position.version === undefined && position.listInstead) await fillByList(target, position);
  let filling = position.version === undefined;
  if (filling) target.store.startList();
  const events = await target.client.watch<T>(target.resource, {
    ...target.watch,
    ...(position.version === undefined ? { sendInitialEvents: true } : { resourceVersion: position.version }),
  });
  if (!filling) target.onConnected();
  for await (const { type, object } of events) {
    const version = object.metadata.resourceVersion ?? '';
    if (type === 'DELETED') target.store.remove(object);
    else if (type !== 'BOOKMARK') target.store.put(object);
    else if (filling) {
      requireEndOfInitialEvents(object);
      target.store.endList();
      filling = false;
      position.version = version;
      target.onConnected();
    }
    if (!filling) advance(position, version);
  }
  if (filling) throw new KubeError('unavailable', 'the watch ended before the initial list was complete');
}

async function fillByList<T extends KubeObject, P>(
  { client, resource, watch, store }: ConnectionTarget<T, P>,
  position: WatchPosition,
): Promise<void> {
  const { items, resourceVersion } = await client.list<T>(resource, watch);
  store.startList();
  for (const item of items) store.put(item);
  store.endList();
  position.version = resourceVersion;
  position.listInstead = false; // the next time the store must be filled, streaming is tried again
}

/** A version below the one reached means another history: etcd was restored from a backup. */
function advance(position: WatchPosition, version: string): void {
  if (version === position.version) return;
  if (position.version !== undefined && !isNewer(version, position.version)) {
    throw new KubeError('gone', `resourceVersion went back from ${position.version} to ${version}`);
  }
  position.version = version;
}

/** API servers before 1.27 ignore the request for initial events, and send plain bookmarks. */
function requireEndOfInitialEvents(bookmark: KubeObject): void {
  if (bookmark.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') return;
  throw new KubeError('unsupported', 'the API server does not stream initial lists');
}

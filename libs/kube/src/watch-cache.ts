import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '@tagstream/api-types';
import type { KubeClient } from './kube-client.ts';
import { isKubeError, KubeError } from './kube-error.ts';
import type { Resource } from './resource.ts';
import type { WatchCache, WatchCacheOptions, WatchStatus } from './watch-cache-options.ts';
import { followOnce, type WatchPosition } from './watch-connection.ts';
import { createWatchStore, entryKey } from './watch-store.ts';

/** Bookmarks come about once a minute: two that are missing and some slack. */
const DEFAULT_IDLE_TIMEOUT_MS = 150_000;

/** Watches end at different times, so that the API server does not see all of them come back at once. */
const MIN_WATCH_SECONDS = 300;
const MAX_WATCH_SECONDS = 600;

const FIRST_RETRY_MS = 250;
/** How late a cache notices at worst that the API server is back, or that a missing CRD was created. */
const MAX_RETRY_MS = 15_000;
/** An API server that asks for more than this is not believed. */
const MAX_RETRY_AFTER_MS = 60_000;

/** A watch that lasted so long was a good one: the next failure is a new one. */
const HEALTHY_MS = 5_000;

/**
 * Keeps what `project` makes of every object of a resource, following the API server by watch for as long as the signal
 * lets it: it goes on from where a connection broke, lists anew when that is too long ago (showing what it had until the
 * new list is complete), and tries again with growing, jittered delays (250 ms to 15 s) when the API server or the CRD is
 * not there. A value read here is never older than one read here before, unless etcd was restored from a backup.
 */
export function watchCache<T extends KubeObject, P>(
  client: Pick<KubeClient, 'list' | 'watch'>,
  resource: Resource,
  options: WatchCacheOptions<T, P>,
): WatchCache<P> {
  const { random = Math.random, sleep = sleepFor } = options;
  const closing = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
  const synced = Promise.withResolvers<void>();
  synced.promise.catch(() => {}); // not everybody waits for it
  const position: WatchPosition = {};
  let status: WatchStatus = { synced: false, connected: false };
  /** The connection that is open now, or was last, has brought the cache up to date. */
  let caughtUp = false;
  const store = createWatchStore<T, P>({
    ...options,
    onCallbackError: (reason) => tell({ ...status, reason }),
  });

  function tell(next: WatchStatus): void {
    try {
      options.onStatus?.(next);
    } catch {
      // a listener's fault must not end the watch
    }
  }

  function change(next: WatchStatus): void {
    if (next.synced === status.synced && next.connected === status.connected && next.reason === status.reason) return;
    status = next;
    tell(next);
  }

  function onConnected(): void {
    caughtUp = true;
    change({ synced: true, connected: true });
    synced.resolve();
  }

  async function follow(): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const openedAt = performance.now();
      let failure: unknown;
      caughtUp = false;
      try {
        await followOnce({ client, resource, watch: watchOptions(), store, onConnected }, position);
      } catch (error) {
        failure = error;
      }
      if (signal.aborted) return;
      const lasted = performance.now() - openedAt;
      failures = lasted >= HEALTHY_MS ? 0 : failures + 1;
      await sleep(afterEnd(failure, failures), signal);
    }
  }

  /** Decides where to go on from after a connection ended, and answers how long to wait before, in milliseconds. */
  function afterEnd(failure: unknown, failures: number): number {
    const backoff = backoffMs(failures, random());
    if (failure === undefined) return backoff; // at its time, as each watch ends
    if (isKubeError(failure, 'timeout') && caughtUp) return backoff; // silence: a dead connection, or nothing to say
    const filling = position.version === undefined;
    const reason = failure instanceof Error ? failure.message : String(failure);
    change({ synced: status.synced, connected: false, reason });
    if (isKubeError(failure, 'invalid', 'unsupported', 'timeout') && filling) position.listInstead = true;
    if (isKubeError(failure, 'gone', 'invalid', 'not_found')) position.version = undefined;
    if (isKubeError(failure, 'gone') || position.listInstead) return failures <= 1 ? 0 : backoff;
    const asked = failure instanceof KubeError ? (failure.retryAfterMs ?? 0) : 0;
    return Math.max(backoffMs(Math.max(failures, 1), random()), Math.min(asked, MAX_RETRY_AFTER_MS));
  }

  function watchOptions() {
    const { namespace, labelSelector, fieldSelector } = options;
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      signal,
      timeoutSeconds: Math.floor(MIN_WATCH_SECONDS + random() * (MAX_WATCH_SECONDS - MIN_WATCH_SECONDS)),
      idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    };
  }

  const following = follow().finally(() => {
    change({ synced: status.synced, connected: false, reason: 'ended' });
    synced.reject(signal.reason);
  });

  return {
    get: (namespace, name) => store.entries.get(entryKey(namespace, name))?.value,
    *values() {
      for (const { value } of store.entries.values()) yield value;
    },
    get size() {
      return store.entries.size;
    },
    synced: synced.promise,
    get connected() {
      return status.connected;
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new KubeError('unavailable', `watch of ${resource.plural} was ended`));
      await following;
    },
  };
}

/** Doubles with each failure in a row, and lies between half and all of that. */
function backoffMs(failures: number, random: number): number {
  if (failures === 0) return 0;
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS) * (0.5 + random / 2);
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}

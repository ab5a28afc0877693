import type { KubeObject } from '@tagstream/api-types';

/** Names an object within its resource. `namespace` is empty for cluster-scoped objects. */
export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

/** How a cache stands to the API server. */
export interface WatchStatus {
  /** The cache has been complete at least once. */
  readonly synced: boolean;
  /** The cache is complete and follows changes now. When false it still shows what was known last. */
  readonly connected: boolean;
  /** Why it is not connected, fit for an operator. */
  readonly reason?: string;
}

export interface WatchCacheOptions<T extends KubeObject, P> {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** What to keep of an object; `undefined` keeps nothing, as if it were not there. Must be pure. */
  readonly project: (object: T) => P | undefined;
  /**
   * Told after each change: what is kept now and what was kept before, `undefined` for nothing. Runs at once and in
   * order, must be quick, and must not throw; what it throws is reported to `onStatus` as the reason and otherwise ignored.
   */
  readonly onChange?: (key: NamespacedName, now: P | undefined, before: P | undefined) => void;
  /** Told when the status changes. A missing CRD is such a reason: the cache keeps trying. */
  readonly onStatus?: (status: WatchStatus) => void;
  /** Ends the watch. What is cached stays readable. */
  readonly signal?: AbortSignal;
  /** Without a byte for so long the connection counts as dead and is opened anew, 150,000 by default. */
  readonly idleTimeoutMs?: number;
  /** Uniform in [0, 1), for jitter; `Math.random` by default. */
  readonly random?: () => number;
  /** Resolves after the time, or early when the signal is aborted; timers by default. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What is kept of the objects of one resource, following the API server. Reading never waits. */
export interface WatchCache<P> extends AsyncDisposable {
  /** `namespace` is empty for cluster-scoped objects. */
  get(namespace: string, name: string): P | undefined;
  values(): Iterable<P>;
  readonly size: number;
  /** Resolves when the cache is complete for the first time; rejects when it is ended before. */
  readonly synced: Promise<void>;
  readonly connected: boolean;
}

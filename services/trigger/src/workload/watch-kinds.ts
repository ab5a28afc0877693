import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, type WatchCache, type WatchStatus, watchCache } from '@tagstream/kube';
import { type Health, reportWatch } from '@tagstream/service';
import { kindId, type WorkloadKind } from './workload-kind.ts';
import { viewWorkload, type WorkloadKey, type WorkloadView, workloadKey } from './workload-view.ts';

export interface WatchKindsOptions {
  readonly kube: KubeClient;
  readonly health: Health;
  readonly signal: AbortSignal;
  /** All namespaces when undefined. */
  readonly namespace: string | undefined;
  /** The built-in kinds that are followed. */
  readonly kinds: readonly WorkloadKind[];
  readonly onChange: (key: WorkloadKey, now: WorkloadView | undefined, before: WorkloadView | undefined) => void;
}

/** Follows the workloads of the built-in kinds, and of those that an operator lists. */
export interface KindWatches extends AsyncDisposable {
  /** Resolves when all workloads of the built-in kinds are known. */
  readonly synced: Promise<unknown>;
  cached(kind: WorkloadKind, namespace: string, name: string): WorkloadView | undefined;
  /** Makes these the further kinds. A kind that does not exist, or may not be read, holds up nothing and is tried again. */
  readonly configure: (kinds: readonly WorkloadKind[]) => void;
}

interface KindWatch {
  readonly kind: WorkloadKind;
  readonly cache: WatchCache<WorkloadView>;
  /** Ends it, and makes its workloads unknown. */
  readonly end: () => void;
}

export function watchKinds({
  kube,
  health,
  signal,
  namespace,
  kinds: builtInKinds,
  onChange,
}: WatchKindsOptions): KindWatches {
  const watches = new Map<string, KindWatch>();

  function start(kind: WorkloadKind, onStatus: (status: WatchStatus) => void): WatchCache<WorkloadView> {
    const known = new Map<string, { readonly key: WorkloadKey; readonly view: WorkloadView }>();
    let ended = false;
    const cache = watchCache(kube, kind.resource, {
      ...(namespace && { namespace }),
      signal,
      project: (object: KubeObject) => viewWorkload(object, kind),
      onChange: ({ namespace: inNamespace, name }, now, before) => {
        if (ended) return;
        const key = workloadKey(kind, inNamespace, name);
        if (now) known.set(key.id, { key, view: now });
        else known.delete(key.id);
        onChange(key, now, before);
      },
      onStatus: (status) => void (ended || onStatus(status)),
    });
    const end = () => {
      ended = true;
      for (const { key, view } of known.values()) onChange(key, undefined, view);
      void cache[Symbol.asyncDispose]();
    };
    watches.set(kindId(kind), { kind, cache, end });
    return cache;
  }

  const builtIn = builtInKinds.map((kind) => start(kind, reportWatch(health, kind.resource.plural)).synced);
  const isBuiltIn = new Set(builtInKinds.map(kindId));

  /** A further kind is no reason to be unready: the others are served. */
  const tell = (kind: WorkloadKind) => (status: Pick<WatchStatus, 'connected' | 'reason'>) =>
    health.set(`watch ${kindId(kind)}`, {
      ready: true,
      detail: status.connected ? 'following changes' : (status.reason ?? 'not connected'),
    });

  return {
    synced: Promise.all(builtIn),
    cached: (kind, inNamespace, name) => watches.get(kindId(kind))?.cache.get(inNamespace, name),
    configure(kinds) {
      const wanted = new Map(kinds.map((kind) => [kindId(kind), kind]));
      for (const [id, watch] of watches) {
        if (isBuiltIn.has(id) || JSON.stringify(wanted.get(id)) === JSON.stringify(watch.kind)) continue;
        watches.delete(id);
        tell(watch.kind)({ connected: false, reason: 'not configured any more' });
        watch.end();
      }
      for (const [id, kind] of wanted) if (!watches.has(id)) start(kind, tell(kind));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...watches.values()].map(({ cache }) => cache[Symbol.asyncDispose]()));
    },
  };
}

import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, type Resource, type WatchStatus, watchCache } from '@tagstream/kube';

/** Follows a single object. */
export interface WatchOneOptions<T extends KubeObject, P> {
  readonly kube: Pick<KubeClient, 'list' | 'watch'>;
  readonly resource: Resource;
  /** `namespace/name` */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly project: (object: T) => P;
  /** Told what it is now, undefined when it does not exist; the first time before `synced` resolves. */
  readonly onChange: (now: P | undefined) => void;
  readonly onStatus: (status: WatchStatus) => void;
}

/** The watch of one object. Needs no right but to list and watch the one of that name. */
export function watchOne<T extends KubeObject, P>(
  options: WatchOneOptions<T, P>,
): AsyncDisposable & { readonly synced: Promise<void> } {
  const [namespace = '', name = ''] = options.name.split('/');
  const cache = watchCache(options.kube, options.resource, {
    namespace,
    fieldSelector: `metadata.name=${name}`,
    signal: options.signal,
    project: options.project,
    onChange: (_name, now) => options.onChange(now),
    onStatus: options.onStatus,
  });
  const synced = cache.synced.then(() => {
    if (cache.size === 0) options.onChange(undefined);
  });
  synced.catch(() => {}); // whoever waits for it is told
  return { synced, [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose]() };
}

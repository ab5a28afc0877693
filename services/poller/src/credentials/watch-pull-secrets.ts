import { type KubeClient, resources, type WatchCache, type WatchStatus, watchCache } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import { createLinkedSecrets, type ServiceAccount } from './linked-secrets.ts';
import type { PullSecrets } from './pull-secrets.ts';
import { PULL_SECRET_TYPES, type Secret, type SecretView, secretViews } from './secret-view.ts';

/** Whose `imagePullSecrets` count in each namespace, as for pods that name no other. */
const SERVICE_ACCOUNT = 'default';

export interface WatchPullSecretsOptions {
  readonly kube: Pick<KubeClient, 'get' | 'list' | 'watch'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly pullSecrets: PullSecrets;
  /** Told after the credentials of a namespace have changed, but not before all were read first. */
  readonly onChange: (namespace: string) => void;
  readonly onProblem: (problem: string, namespace?: string) => void;
  /** Told how the watches stand: undefined when all follow changes, else why one does not. */
  readonly onStatus: (problem: string | undefined) => void;
}

/** The watches of pull secrets. */
export interface PullSecretWatches extends AsyncDisposable {
  /** Resolves when all have been read for the first time. */
  readonly synced: Promise<void>;
}

/**
 * Watches the Secrets with credentials for registries, by their two types, and the default service accounts. Of a Secret only
 * its credentials are held, of a service account only the names that it links.
 */
export function watchPullSecrets(options: WatchPullSecretsOptions): PullSecretWatches {
  const { kube, signal, pullSecrets, onProblem } = options;
  const stack = new AsyncDisposableStack();
  const status = new Map<string, WatchStatus>();
  const view = secretViews();
  const scope = options.namespace === undefined ? {} : { namespace: options.namespace };
  let isSynced = false;

  function put(kind: string, namespace: string, name: string, now: SecretView | undefined): void {
    pullSecrets.set(kind, namespace, name, now);
    if (now?.problem !== undefined) onProblem(now.problem, namespace);
    if (isSynced) options.onChange(namespace);
  }

  function follow<P>(name: string, make: (onStatus: (now: WatchStatus) => void) => WatchCache<P>): WatchCache<P> {
    status.set(name, { synced: false, connected: false, reason: 'not read yet' });
    return stack.use(
      make((now) => {
        status.set(name, now);
        const broken = [...status].find(([, { connected }]) => !connected);
        options.onStatus(broken && `${broken[0]}: ${broken[1].reason ?? 'not connected to the API server'}`);
      }),
    );
  }

  const typed = PULL_SECRET_TYPES.map(({ type }) =>
    follow(`Secrets of type ${type}`, (onStatus) =>
      watchCache(kube, resources.secrets, {
        ...scope,
        fieldSelector: `type=${type}`,
        signal,
        project: (secret: Secret) => view(secret),
        onChange: ({ namespace, name }, now) => {
          // One that was made anew with another type is not read any more.
          if (now !== undefined) pullSecrets.set('linked', namespace, name, undefined);
          put('typed', namespace, name, now);
        },
        onStatus,
      }),
    ),
  );
  const linked = createLinkedSecrets({
    ...options,
    view,
    isHeld: (namespace, name) => typed.some((cache) => cache.get(namespace, name) !== undefined),
    onRead: (namespace, name, now) => put('linked', namespace, name, now),
  });
  const accounts = follow(`service accounts "${SERVICE_ACCOUNT}"`, (onStatus) =>
    watchCache(kube, resources.serviceAccounts, {
      ...scope,
      fieldSelector: `metadata.name=${SERVICE_ACCOUNT}`,
      signal,
      project: ({ imagePullSecrets }: ServiceAccount): readonly string[] | undefined => {
        const names = (imagePullSecrets ?? []).flatMap(({ name }) => name || []);
        return names.length === 0 ? undefined : names;
      },
      onChange: ({ namespace }, names) => {
        linked.link(namespace, names ?? []);
        if (isSynced) void linked.refresh(namespace);
      },
      onStatus,
    }),
  );

  const synced = Promise.all([...typed, accounts].map((cache) => cache.synced))
    .then(() => linked.refresh())
    .then(() => {
      isSynced = true;
    });
  synced.catch(() => {}); // whoever waits for it is told
  return { synced, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

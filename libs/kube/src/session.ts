import { isDeepStrictEqual } from 'node:util';
import type { Dispatcher } from 'undici';
import type { ClusterAccess, Credential } from './cluster-access.ts';
import { createDispatchers, type Dispatchers } from './dispatchers.ts';
import { KubeError } from './kube-error.ts';

/** Credentials that are refused again and again are read anew at most this often, so that a plugin is not started for each
 * request. */
const MIN_RELOAD_INTERVAL_MS = 5_000;

/** All that is needed to send one request. */
export interface Lane {
  readonly dispatcher: Dispatcher;
  /** Path that goes before every request's own, without a slash at the end. */
  readonly basePath: string;
  readonly headers: Credential['headers'];
  /** Names the credentials in use, for {@link Session.renew}. */
  readonly revision: number;
}

/** Connections to one API server, and the credentials used on them. */
export interface Session extends AsyncDisposable {
  /** For a request, or for a watch: those have connections of their own and cannot starve requests. */
  lane(use: 'request' | 'watch'): Promise<Lane>;
  /**
   * Reads everything anew (kubeconfig, files, plugin) after the credentials of `revision` were refused. False when that
   * cannot help: it failed, or was done a moment ago.
   */
  renew(revision: number): Promise<boolean>;
}

export interface SessionOptions {
  readonly load: () => Promise<ClusterAccess>;
  readonly maxConnections: number;
  readonly now: () => number;
}

/** Opens a session. Connections are made when they are first needed. @throws KubeError from `load`. */
export async function openSession(options: SessionOptions): Promise<Session> {
  let access = await options.load();
  let revision = 1;
  let reloadedAt = Number.NEGATIVE_INFINITY;
  let reloading: Promise<boolean> | undefined;
  let pools: (Peers & { readonly dispatchers: Dispatchers }) | undefined;
  const retired = new Set<Dispatchers>();
  let closed = false;

  /** Connections belong to the certificates they were made with. Old ones finish what they carry. */
  function dispatchersFor(credential: Credential): Dispatchers {
    const peers = { access, credential };
    if (pools !== undefined && areSame(pools, peers)) return pools.dispatchers;
    if (pools !== undefined) retire(pools.dispatchers);
    pools = { ...peers, dispatchers: createDispatchers(access, credential, options.maxConnections) };
    return pools.dispatchers;
  }

  function retire(old: Dispatchers): void {
    retired.add(old);
    const forget = () => retired.delete(old);
    Promise.all([old.request.close(), old.watch.close()]).then(forget, forget);
  }

  async function reload(): Promise<boolean> {
    reloadedAt = options.now();
    try {
      access = await options.load();
      revision += 1;
      return true;
    } catch {
      return false; // the refusal that led here says more than a file that is just being replaced
    }
  }

  return {
    async lane(use) {
      const credential = await access.credential();
      if (closed) throw new KubeError('unavailable', 'the client is closed');
      const dispatcher = dispatchersFor(credential)[use];
      return {
        dispatcher,
        basePath: access.server.pathname.replace(/\/+$/, ''),
        headers: credential.headers,
        revision,
      };
    },
    async renew(refused) {
      if (refused !== revision) return true;
      if (reloading === undefined && options.now() - reloadedAt < MIN_RELOAD_INTERVAL_MS) return false;
      reloading ??= reload().finally(() => {
        reloading = undefined;
      });
      return await reloading;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      const all = [...retired, ...(pools === undefined ? [] : [pools.dispatchers])];
      await Promise.all(all.flatMap(({ request, watch }) => [request.destroy(), watch.destroy()]));
    },
  };
}

/** What a connection is made with. */
interface Peers {
  readonly access: ClusterAccess;
  readonly credential: Credential;
}

/** True when connections made with the one serve the other. Headers may differ: they go with each request. */
function areSame(a: Peers, b: Peers): boolean {
  const isSameServer =
    a.access === b.access ||
    (a.access.server.origin === b.access.server.origin &&
      a.access.proxyUrl === b.access.proxyUrl &&
      isDeepStrictEqual(a.access.trust, b.access.trust));
  return isSameServer && a.credential.cert === b.credential.cert && a.credential.key === b.credential.key;
}

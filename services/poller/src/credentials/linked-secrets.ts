import type { KubeObject } from '@tagstream/api-types';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import { forEachBounded } from '../for-each-bounded.ts';
import { asPullSecret, type Secret, type SecretView } from './secret-view.ts';

/** A ServiceAccount as far as it is read. */
export interface ServiceAccount extends KubeObject {
  readonly imagePullSecrets?: readonly { readonly name?: string }[] | null;
}

/** How long a change of such a Secret may go unnoticed. */
const REFRESH_MS = 60_000;

/** Secrets read at the same time. */
const CONCURRENCY = 4;

/** Links that are followed; the rest is told. */
const MAX_LINKS = 1_000;

export interface LinkedSecretsDeps {
  readonly kube: Pick<KubeClient, 'get'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly view: (secret: Secret) => SecretView | undefined;
  /** Whether a Secret is held already because its type is one for registries. */
  readonly isHeld: (namespace: string, name: string) => boolean;
  readonly onRead: (namespace: string, name: string, view: SecretView | undefined) => void;
  readonly onProblem: (problem: string, namespace?: string) => void;
}

/** Reads the Secrets that service accounts name and that no watch on their type brings. */
export interface LinkedSecrets {
  /** Takes in what the service account of a namespace names. */
  link(namespace: string, names: readonly string[]): void;
  /** Reads those of a namespace now, without one all of them. */
  refresh(namespace?: string): Promise<void>;
}

/**
 * The kubelet takes a Secret that a service account names whatever its type is, as long as it has the right key. Such ones are
 * rare, and a watch for each would be a connection for each: they are read when they are linked, and every minute.
 */
export function createLinkedSecrets(deps: LinkedSecretsDeps): LinkedSecrets {
  const links = new Map<string, readonly string[]>();
  const waiting = new Set<string>();
  let reading: Promise<void> | undefined;

  async function readWaiting(): Promise<void> {
    const namespaces = [...waiting];
    waiting.clear();
    const wanted = namespaces.flatMap((namespace) =>
      (links.get(namespace) ?? []).filter((name) => !deps.isHeld(namespace, name)).map((name) => ({ namespace, name })),
    );
    if (wanted.length > MAX_LINKS) {
      deps.onProblem(`${wanted.length} Secrets of other types are linked to service accounts; ${MAX_LINKS} are read.`);
    }
    await forEachBounded(wanted.slice(0, MAX_LINKS), CONCURRENCY, async ({ namespace, name }) => {
      const view = await read(namespace, name);
      const isLinked = links.get(namespace)?.includes(name) ?? false; // it may have gone meanwhile
      if (view !== 'unknown' && isLinked) deps.onRead(namespace, name, view);
    });
  }

  async function read(namespace: string, name: string): Promise<SecretView | undefined | 'unknown'> {
    try {
      const key = { resource: resources.secrets, namespace, name };
      return deps.view(asPullSecret(await deps.kube.get<Secret>(key, { signal: deps.signal })));
    } catch (error) {
      if (isKubeError(error, 'not_found')) return undefined;
      if (deps.signal.aborted) return 'unknown';
      deps.onProblem(`The Secret ${name} cannot be read. ${(error as Error).message}`, namespace);
      return 'unknown';
    }
  }

  /** One pass at a time; what is asked for during a pass is read in the next. */
  async function refresh(namespace?: string): Promise<void> {
    for (const one of namespace === undefined ? links.keys() : [namespace]) waiting.add(one);
    reading ??= (async () => {
      while (waiting.size > 0 && !deps.signal.aborted) await readWaiting();
    })().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  void (async () => {
    for (;;) {
      await deps.clock.sleep(REFRESH_MS, deps.signal);
      await refresh();
    }
  })().catch(() => {}); // ended by its signal

  return {
    link(namespace, names) {
      for (const name of links.get(namespace) ?? []) if (!names.includes(name)) deps.onRead(namespace, name, undefined);
      if (names.length === 0) links.delete(namespace);
      else links.set(namespace, names);
    },
    refresh,
  };
}

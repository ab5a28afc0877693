import type { KubeObject } from '@tagstream/api-types';
import { isNewer } from './resource-version.ts';
import type { NamespacedName, WatchCacheOptions } from './watch-cache-options.ts';

interface Entry<P> {
  readonly version: string;
  readonly value: P;
}

/** What a watch cache holds, and the rules by which events change it. */
export interface WatchStore<T extends KubeObject, P> {
  readonly entries: ReadonlyMap<string, Entry<P>>;
  /** An object as it is now. One that is older than what is held is passed over, except between start and end of a list. */
  put(object: T): void;
  remove(object: T): void;
  /** A complete list begins: what is held stays visible until the list has ended. */
  startList(): void;
  /** The list is complete: what it did not contain is gone. */
  endList(): void;
}

type StoreOptions<T extends KubeObject, P> = Pick<WatchCacheOptions<T, P>, 'project' | 'onChange'> & {
  /** Told when `project` or `onChange` threw. The projected value held before then stays. */
  readonly onCallbackError: (message: string) => void;
};

/** The key under which an object is held. Neither part of it can contain a slash. */
export function entryKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** An empty store. */
export function createWatchStore<T extends KubeObject, P>(options: StoreOptions<T, P>): WatchStore<T, P> {
  const entries = new Map<string, Entry<P>>();
  /** Keys in the list that is being received. */
  let listed: Set<string> | undefined;

  function set(key: string, next: Entry<P> | undefined): void {
    const before = entries.get(key)?.value;
    if (next === undefined) entries.delete(key);
    else entries.set(key, next);
    if (next === undefined && before === undefined) return;
    guard(key, 'onChange', () => options.onChange?.(nameOf(key), next?.value, before));
  }

  function guard(key: string, callback: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      options.onCallbackError(
        `${callback} failed for ${key}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  function isStale(version: string, known: Entry<P> | undefined): boolean {
    if (known === undefined) return false;
    return listed === undefined ? !isNewer(version, known.version) : version === known.version;
  }

  return {
    entries,
    put(object) {
      const key = keyOf(object);
      const version = object.metadata.resourceVersion ?? '';
      listed?.add(key);
      if (isStale(version, entries.get(key))) return;
      guard(key, 'project', () => {
        const value = options.project(object);
        set(key, value === undefined ? undefined : { version, value });
      });
    },
    remove(object) {
      const key = keyOf(object);
      listed?.delete(key);
      const known = entries.get(key);
      if (known === undefined || isStale(object.metadata.resourceVersion ?? '', known)) return;
      set(key, undefined);
    },
    startList() {
      listed = new Set();
    },
    endList() {
      const present = listed;
      listed = undefined;
      if (present === undefined) return;
      for (const key of [...entries.keys()]) if (!present.has(key)) set(key, undefined);
    },
  };
}

function keyOf({ metadata }: KubeObject): string {
  return entryKey(metadata.namespace ?? '', metadata.name);
}

function nameOf(key: string): NamespacedName {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

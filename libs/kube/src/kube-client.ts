import type { KubeObject } from '@tagstream/api-types';
import type { ObjectKey, Resource } from './resource.ts';

interface CallOptions {
  /** Ends the call early; the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface GetOptions extends CallOptions {
  /** Reads a subresource (`scale`, `status`) in place of the object. */
  readonly subresource?: string;
}

export interface SelectOptions extends CallOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** `app=shop,tier!=db` */
  readonly labelSelector?: string;
  /** `metadata.name=shop` */
  readonly fieldSelector?: string;
}

export interface ListOptions extends SelectOptions {
  /** Objects fetched at a time, 500 by default; the pages are joined. */
  readonly pageSize?: number;
}

/** Every object of a collection at one moment. */
export interface ObjectList<T> {
  readonly items: T[];
  /** The moment: where a watch can go on from. */
  readonly resourceVersion: string;
}

export interface WriteOptions extends CallOptions {
  /** Writes a subresource (`status`, `scale`) in place of the object. */
  readonly subresource?: string;
  /** Who owns the fields written; the API server takes the first part of the user agent when absent. */
  readonly fieldManager?: string;
  /** Checks the write without storing it. */
  readonly dryRun?: boolean;
  /** The answer has the metadata of the written object and nothing else: less to send and to read for both sides. */
  readonly metadataOnly?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes over fields that another manager owns, which is a `conflict` otherwise. */
  readonly force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  /** What must still be true of the object; otherwise the call throws `conflict`. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
  readonly dryRun?: boolean;
}

/** One operation of a JSON patch (RFC 6902). `path` and `from` are JSON pointers (RFC 6901). */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string };

export interface RequestOptions extends CallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body, `application/json` by default. */
  readonly contentType?: string;
  /** In place of the client's own timeout, in milliseconds. */
  readonly timeoutMs?: number;
}

export interface WatchOptions extends SelectOptions {
  /** Where to go on from. Absent: from now, after the initial events when these are asked for. */
  readonly resourceVersion?: string;
  /** Asks for every present object first, ended by a bookmark annotated {@link INITIAL_EVENTS_END}. */
  readonly sendInitialEvents?: boolean;
  /** When the API server is to end the watch, in seconds. */
  readonly timeoutSeconds: number;
  /** Ends the watch with `timeout` when no byte came for so long, in milliseconds: the connection is dead. */
  readonly idleTimeoutMs: number;
}

/** One line of a watch. A bookmark's object has nothing but `metadata.resourceVersion` and annotations. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** Annotation of the bookmark that ends the initial events of a watch. */
export const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * A Kubernetes API server, reached through a bounded pool of kept-alive connections. Objects come back whole, with fields
 * that their types do not name; what is written is sent exactly as it is given. Nothing is retried, except once after
 * reading the credentials anew when the API server does not accept them. Every method throws {@link KubeError}, or the
 * reason of its aborted signal.
 *
 * The type parameter is what the caller knows of the kind; the API server's schema, not this client, vouches for it.
 */
export interface KubeClient extends AsyncDisposable {
  get<T extends KubeObject>(key: ObjectKey, options?: GetOptions): Promise<T>;
  /** Fetches page by page; starts over when the continue token expires between two pages. */
  list<T extends KubeObject>(resource: Resource, options?: ListOptions): Promise<ObjectList<T>>;
  /** Creates in the namespace of the object's metadata. `apiVersion` and `kind` may be left out. */
  create<T extends KubeObject>(resource: Resource, object: T, options?: WriteOptions): Promise<T>;
  /** RFC 6902. A `test` that does not hold throws `conflict`. */
  jsonPatch<T extends KubeObject>(
    key: ObjectKey,
    operations: readonly JsonPatchOperation[],
    options?: WriteOptions,
  ): Promise<T>;
  /** RFC 7386. With `metadata.resourceVersion` in the patch, an object that changed throws `conflict`. */
  mergePatch<T extends KubeObject>(key: ObjectKey, patch: object, options?: WriteOptions): Promise<T>;
  /** Server-side apply of exactly the fields given. `apiVersion` and `kind` may be left out. */
  apply<T extends KubeObject>(key: ObjectKey, object: object, options: ApplyOptions): Promise<T>;
  /** Writes the whole object. Only for objects that were not read through a type: unknown fields must survive. */
  replace<T extends KubeObject>(key: ObjectKey, object: T, options?: WriteOptions): Promise<T>;
  delete(key: ObjectKey, options?: DeleteOptions): Promise<void>;
  /**
   * For everything else: `/readyz`, `/openapi/v3`, access reviews, pod logs. Answers the parsed body of a JSON answer
   * and the text of any other. `path` is absolute, without query.
   */
  request(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: RequestOptions,
  ): Promise<unknown>;
  /**
   * Opens a watch on a connection of its own; resolves when the API server has accepted it. The events end without error
   * when the API server ends the watch. Most callers want {@link watchCache}, which keeps a watch alive.
   */
  watch<T extends KubeObject>(resource: Resource, options: WatchOptions): Promise<AsyncIterable<WatchEvent<T>>>;
}

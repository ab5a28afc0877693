/** Options of {@link Bus.bucket}; a bucket that exists is changed to them. */
export interface BucketOptions {
  /** Keys disappear when they were not written for so long. */
  readonly ttlMs?: number;
  /** Values kept per key, 1 to 64; 1 when not given. */
  readonly history?: number;
  readonly maxBytes?: number;
  /** 1, 3 or 5; for new buckets. */
  readonly replicas?: number;
  /** For new buckets. */
  readonly storage?: 'file' | 'memory';
}

/** A bucket that is only looked into: it is neither created nor changed, so that no right to do so is needed. */
export interface ExistingBucket {
  readonly existing: true;
}

/** A value and the revision that {@link Bucket.update} needs. */
export interface BucketEntry {
  readonly key: string;
  /** The JSON value as it was put, not validated; undefined when it is not JSON. */
  readonly value: unknown;
  readonly revision: number;
}

/** A change seen by a watch; `current` once after all existing values have been told. */
export type BucketChange =
  | ({ readonly kind: 'put' } & BucketEntry)
  | { readonly kind: 'delete'; readonly key: string; readonly revision: number }
  | { readonly kind: 'current' };

export interface BucketWatchOptions {
  /** Key or wildcard, all keys when not given. */
  readonly key?: string;
  readonly onChange: (change: BucketChange) => void;
  readonly signal?: AbortSignal;
}

/** A running watch. */
export interface BucketWatch extends AsyncDisposable {
  readonly closed: Promise<void>;
}

/**
 * A key-value bucket of JSON values. Keys consist of letters, digits and `-_/=.`; a key that expires by `ttlMs` is gone
 * without a watch being told. Every method throws {@link BusError}.
 */
export interface Bucket {
  readonly name: string;
  get(key: string): Promise<BucketEntry | undefined>;
  /** Writes whatever is there; resolves to the new revision. */
  put(key: string, value: unknown): Promise<number>;
  /** @throws BusError `conflict` when the key exists. */
  create(key: string, value: unknown): Promise<number>;
  /** @throws BusError `conflict` when the key's revision is another one. */
  update(key: string, value: unknown, revision: number): Promise<number>;
  /** @throws BusError `conflict` when a revision is given and the key's is another one. */
  delete(key: string, revision?: number): Promise<void>;
  keys(filter?: string): Promise<readonly string[]>;
  /** Tells every existing value, then `current`, then every change. An interruption is made up for. */
  watch(options: BucketWatchOptions): BucketWatch;
}

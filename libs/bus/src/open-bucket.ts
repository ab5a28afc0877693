import { StorageType, type StreamConfig } from '@nats-io/jetstream';
import { type KV, type KvEntry, Kvm } from '@nats-io/kv';
import { nanos } from '@nats-io/transport-node';
import type { Bucket, BucketEntry, BucketOptions, ExistingBucket } from './bucket.ts';
import { BusError } from './bus-error.ts';
import type { Connection } from './connection.ts';
import { bucketName } from './names.ts';
import { patiently, type Surroundings } from './patience.ts';
import { toBusError } from './to-bus-error.ts';
import { jsonOrNothing, watchBucket } from './watch-bucket.ts';

/** A NATS cluster that starts together with the service has a leader by then. */
const OPEN_TIMEOUT_MS = 60_000;

/** The server's default, shortened where keys live shorter: it refuses a window longer than that. */
const DUPLICATE_WINDOW_MS = 120_000;

/** See {@link Bus.bucket}. */
export async function openBucket(
  surroundings: Surroundings & { readonly prefix: string },
  name: string,
  options: BucketOptions | ExistingBucket = {},
): Promise<Bucket> {
  const { connection } = surroundings;
  const full = bucketName(surroundings.prefix, name);
  const opening = `open bucket ${full}`;
  const kv =
    'existing' in options
      ? await connection.request(opening, () => openExisting(connection, full))
      : await patiently(surroundings, { timeoutMs: OPEN_TIMEOUT_MS }, opening, () =>
          createOrUpdate(connection, full, options),
        );
  const send = <T>(what: string, key: string, run: () => Promise<T>) =>
    connection.request(`${what} ${key} in bucket ${full}`, run).catch(asConflict);

  return {
    name,
    get: (key) => send('get', key, async () => entryOf(await kv.get(key))),
    put: (key, value) => send('put', key, () => kv.put(key, JSON.stringify(value))),
    create: (key, value) => send('create', key, () => kv.create(key, JSON.stringify(value))),
    update: (key, value, revision) => send('update', key, () => kv.update(key, JSON.stringify(value), revision)),
    delete: (key, revision) =>
      send('delete', key, () => kv.delete(key, revision === undefined ? {} : { previousSeq: revision })),
    keys: (filter) =>
      send('list', filter ?? 'all keys', async () => {
        const keys: string[] = [];
        for await (const key of await kv.keys(filter)) keys.push(key);
        return keys;
      }),
    watch: (watch) => watchBucket(surroundings, full, watch),
  };
}

/** Fails when there is none: the client library alone would fail at the first access, in its own way. */
async function openExisting(connection: Connection, name: string): Promise<KV> {
  const kv = await new Kvm(connection.js).open(name, { allow_direct: true });
  await kv.status();
  return kv;
}

/** The client library opens a bucket that exists as it is, so what is asked for is compared and changed here. */
async function createOrUpdate(connection: Connection, name: string, options: BucketOptions): Promise<KV> {
  const storage = options.storage === 'memory' ? StorageType.Memory : StorageType.File;
  const kv = await new Kvm(connection.js).create(name, {
    history: options.history ?? 1,
    storage,
    replicas: options.replicas ?? 1,
    ...(options.ttlMs === undefined ? {} : { ttl: options.ttlMs }),
    ...(options.maxBytes === undefined ? {} : { max_bytes: options.maxBytes }),
  });
  const { config } = (await kv.status()).streamInfo;
  const changes = changesOf(config, options);
  if (Object.keys(changes).length === 0) return kv;
  const updated = await connection.jsm.streams.update(config.name, changes);
  const ignored = Object.keys(changesOf(updated.config, options));
  if (ignored.length === 0) return kv;
  throw new BusError('unsupported_server', `the server did not put into force: ${ignored.join(', ')}`);
}

function changesOf(config: StreamConfig, { ttlMs = 0, history = 1, maxBytes = -1 }: BucketOptions) {
  const changes: Partial<StreamConfig> = {};
  if (config.max_msgs_per_subject !== history) changes.max_msgs_per_subject = history;
  if (config.max_bytes !== maxBytes) changes.max_bytes = maxBytes;
  if (config.max_age !== nanos(ttlMs)) {
    changes.max_age = nanos(ttlMs);
    changes.duplicate_window = nanos(ttlMs === 0 ? DUPLICATE_WINDOW_MS : Math.min(DUPLICATE_WINDOW_MS, ttlMs));
  }
  return changes;
}

function entryOf(entry: KvEntry | null): BucketEntry | undefined {
  if (entry?.operation !== 'PUT') return undefined;
  return { key: entry.key, value: jsonOrNothing(entry.string()), revision: entry.revision };
}

/** Compare-and-set on a key fails as a wrong sequence of its subject. */
function asConflict(error: unknown): never {
  const failure = toBusError(error, 'bucket');
  if (failure.code !== 'wrong_sequence') throw failure;
  const message = failure.message.replace(/^wrong_sequence: /, '');
  throw new BusError('conflict', message, { cause: failure.cause });
}

import type { Bus } from './bus.ts';
import { consume } from './consume.ts';
import { ensureStreams } from './ensure-streams.ts';
import { openBucket } from './open-bucket.ts';
import { type Publisher, publish } from './publish.ts';
import { startSubscription } from './start-subscription.ts';
import { lastStored, purgeSubject } from './stored.ts';
import { followText, storeText } from './texts.ts';

/** What is still on its way to the server when the bus is closed gets so long. */
const DRAIN_LIMIT_MS = 2000;

/** Makes a bus of a connection that is up. */
export function createBus(publisher: Publisher): Bus {
  const { connection, clock, prefix } = publisher;
  /** Consumers, subscriptions and watches that must end before the connection does. */
  const open = new Set<AsyncDisposable & { readonly closed: Promise<void> }>();
  function track<T extends AsyncDisposable & { readonly closed: Promise<void> }>(resource: T): T {
    open.add(resource);
    const forget = () => open.delete(resource);
    resource.closed.then(forget, forget);
    return resource;
  }
  let disposal: Promise<void> | undefined;

  async function close(): Promise<void> {
    await Promise.all([...open].map((resource) => resource[Symbol.asyncDispose]()));
    if (!connection.connected) return await connection.nc.close();
    const done = new AbortController();
    const limit = clock.sleep(DRAIN_LIMIT_MS, done.signal).catch(() => undefined);
    await Promise.race([connection.nc.drain().catch(() => undefined), limit]);
    done.abort();
    await connection.nc.close();
  }

  return {
    prefix,
    closed: connection.closed,
    get connected() {
      return connection.connected;
    },
    ensureStreams: (definitions, options) => ensureStreams(publisher, definitions, options),
    publish: (definition, data, options) => publish(publisher, definition, data, options),
    last: (stream, definition, data) => lastStored(publisher, stream, definition, data),
    purgeSubject: (stream, subject) => purgeSubject(publisher, stream, subject),
    consume: (definition, options) => track(consume(publisher, definition, options)),
    subscribe: (definition, options) => track(startSubscription(publisher, definition, options)),
    storeText: (subject, text, options) => storeText(publisher, subject, text, options),
    followText: (options) => track(followText(publisher, options)),
    async bucket(name, options) {
      const bucket = await openBucket(publisher, name, options);
      return { ...bucket, watch: (watch) => track(bucket.watch(watch)) };
    },
    [Symbol.asyncDispose]() {
      disposal ??= close();
      return disposal;
    },
  };
}

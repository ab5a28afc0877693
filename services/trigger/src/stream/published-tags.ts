import type { Bus, Subscription } from '@tagstream/bus';
import { TagsLatestStream, TagUpdated } from '@tagstream/events';
import type { Clock } from '@tagstream/service';
import { type StreamName, streamId } from './stream-key.ts';

/**
 * The newest event of every tag, as far as this process knows. It only saves work: what is missing here is looked up before
 * it is published, and what is too much is looked up before it is removed.
 */
export interface PublishedTags extends AsyncDisposable {
  /** Whether this event is the newest one of its tag. */
  has(stream: StreamName, tag: string, eventId: string): boolean;
  /** Tags of a stream that have an event. */
  tags(stream: StreamName): readonly string[];
  /** Keys of the streams whose tags have events. */
  streams(): Iterable<string>;
  note(stream: StreamName, tag: string, eventId: string): void;
  drop(stream: StreamName, tag: string): void;
  /** Forgets everything and reads it anew. */
  reload(): Promise<void>;
}

interface Options {
  /** Narrower subject than that of all tags. */
  readonly filter?: string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly signal: AbortSignal;
}

/** Events by stream and tag. */
type Known = Map<string, Map<string, string>>;

/**
 * A hundred thousand tags come within a few seconds. After this long the work begins with what is known; the rest costs
 * look-ups. A stream that is emptied while it is read would be waited for for ever.
 */
const CATCH_UP_WAIT_MS = 15_000;

/** Follows the stream of newest events; resolves when everything that is in it now is known. */
export async function followPublishedTags(bus: Pick<Bus, 'subscribe'>, options: Options): Promise<PublishedTags> {
  let current = await load(bus, options);
  return {
    has: (stream, tag, eventId) => current.known.get(streamId(stream))?.get(tag) === eventId,
    tags: (stream) => [...(current.known.get(streamId(stream))?.keys() ?? [])],
    streams: () => current.known.keys(),
    note: (stream, tag, eventId) => note(current.known, stream, tag, eventId),
    drop(stream, tag) {
      const id = streamId(stream);
      const tags = current.known.get(id);
      tags?.delete(tag);
      if (tags?.size === 0) current.known.delete(id);
    },
    async reload() {
      const next = await load(bus, options);
      const former = current;
      current = next;
      await former.subscription[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => current.subscription[Symbol.asyncDispose](),
  };
}

async function load(
  bus: Pick<Bus, 'subscribe'>,
  { filter, clock, signal }: Options,
): Promise<{ readonly known: Known; readonly subscription: Subscription }> {
  const known: Known = new Map();
  const caughtUp = Promise.withResolvers<void>();
  const waited = new AbortController();
  const subscription = bus.subscribe(TagUpdated, {
    stream: TagsLatestStream,
    from: 'all',
    signal,
    ...(filter !== undefined && { filter }),
    onEvent: ({ data }, { pending }) => {
      note(known, { namespace: data.namespace, name: data.stream }, data.tag, TagUpdated.id(data));
      if (pending === 0) caughtUp.resolve();
    },
    onInvalid: (_reason, { pending }) => {
      if (pending === 0) caughtUp.resolve();
    },
  });
  const { pending } = await subscription.ready;
  if (pending > 0) {
    const tooLong = clock.sleep(CATCH_UP_WAIT_MS, waited.signal).catch(() => undefined);
    await Promise.race([caughtUp.promise, tooLong]);
    waited.abort();
  }
  return { known, subscription };
}

function note(known: Known, stream: StreamName, tag: string, eventId: string): void {
  const id = streamId(stream);
  const tags = known.get(id) ?? new Map<string, string>();
  known.set(id, tags.set(tag, eventId));
}

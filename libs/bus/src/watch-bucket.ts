import type { JsMsg } from '@nats-io/jetstream';
import type { BucketChange, BucketWatch, BucketWatchOptions } from './bucket.ts';
import { follow } from './follow.ts';
import type { Surroundings } from './patience.ts';

/**
 * Watches the stream behind a bucket.
 * @param name the bucket's name on the server.
 */
export function watchBucket(surroundings: Surroundings, name: string, options: BucketWatchOptions): BucketWatch {
  const subjects = `$KV.${name}.`;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  let existing = 0;
  let told = 0;
  const tellCurrent = () => options.onChange({ kind: 'current' });

  const closed = follow(surroundings, {
    stream: `KV_${name}`,
    subject: `${subjects}${options.key ?? '>'}`,
    from: 'last',
    signal,
    onReady(waiting) {
      existing = waiting;
      if (existing === 0) tellCurrent();
    },
    onMessage(message) {
      options.onChange(changeOf(message, subjects.length));
      told += 1;
      if (told === existing) tellCurrent();
    },
  });
  closed.catch(() => undefined); // who does not wait for it need not handle its failure

  return {
    closed,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await closed.catch(() => undefined);
    },
  };
}

/** A deletion is a message with a header: `KV-Operation` of a client, `Nats-Marker-Reason` of the server. */
function changeOf(message: JsMsg, keyStart: number): BucketChange {
  const key = message.subject.slice(keyStart);
  const revision = message.seq;
  const deleted = message.headers?.has('KV-Operation') || message.headers?.has('Nats-Marker-Reason');
  if (deleted) return { kind: 'delete', key, revision };
  return { kind: 'put', key, value: jsonOrNothing(message.string()), revision };
}

/** Somebody else's value that is not JSON must not end a watch. */
export function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

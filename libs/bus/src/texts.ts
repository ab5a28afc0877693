import type { StreamDefinition } from '@tagstream/events';
import type { Published } from './bus.ts';
import { BusError } from './bus-error.ts';
import { follow } from './follow.ts';
import { fullSubject, streamName } from './names.ts';
import { patiently, type Surroundings } from './patience.ts';
import type { Subscription } from './subscribe.ts';

/** Options of {@link Bus.storeText}. */
export interface StoreTextOptions {
  /** Repeated with the same id inside the duplicate window, it is stored once. */
  readonly id: string;
  /** Ends the retries, with a BusError `closed`. */
  readonly signal?: AbortSignal;
  /** How long to keep trying while the server cannot be reached. 30 s when not given. */
  readonly timeoutMs?: number;
}

/** Options of {@link Bus.followText}. */
export interface FollowTextOptions {
  readonly stream: StreamDefinition;
  /** Below the prefix, without wildcards. */
  readonly subject: string;
  /** `all`: from the beginning; `new`: what is stored from now on; or the sequence to start at. */
  readonly from: 'new' | 'all' | number;
  /** Called for one piece after the other; `pending` is how many more the stream held when it was sent. */
  readonly onText: (
    text: string,
    seen: { readonly sequence: number; readonly pending: number },
  ) => void | Promise<void>;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** As long as publishing an event is tried. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** A stored message is acknowledged within milliseconds; without an answer by then it is sent again. */
const ACK_TIMEOUT_MS = 5000;

/** See {@link Bus.storeText}. */
export async function storeText(
  surroundings: Surroundings & { readonly prefix: string },
  subject: string,
  text: string,
  options: StoreTextOptions,
): Promise<Published> {
  const { connection, prefix } = surroundings;
  const full = fullSubject(prefix, subject);
  const what = `store text in ${full}`;
  const limits = { timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal: options.signal };
  const body = new TextEncoder().encode(text);
  const ack = await patiently(surroundings, limits, what, () =>
    connection.js.publish(full, body, { msgID: options.id, timeout: ACK_TIMEOUT_MS }),
  );
  return { sequence: ack.seq, duplicate: ack.duplicate };
}

/** See {@link Bus.followText}. */
export function followText(
  surroundings: Surroundings & { readonly prefix: string },
  options: FollowTextOptions,
): Subscription {
  const { prefix } = surroundings;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const ready = Promise.withResolvers<{ readonly pending: number }>();
  ready.promise.catch(() => undefined); // who does not wait for it need not handle its failure
  const closed = follow(surroundings, {
    stream: streamName(prefix, options.stream.name),
    subject: fullSubject(prefix, options.subject),
    from: options.from,
    signal,
    onReady: (pending) => ready.resolve({ pending }),
    onMessage: (message) => options.onText(message.string(), { sequence: message.seq, pending: message.info.pending }),
  }).finally(() => ready.reject(new BusError('closed', 'it ended before it was ready')));
  closed.catch(() => undefined); // likewise
  return {
    ready: ready.promise,
    closed,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await closed.catch(() => undefined);
    },
  };
}

import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { type Backoff, backoffMs } from './backoff.ts';
import type { Surroundings } from './patience.ts';
import { toBusError } from './to-bus-error.ts';

/** What to follow. Subject and stream as the server knows them. */
export interface FollowOptions {
  readonly stream: string;
  readonly subject: string;
  /** `last`: the last message of each subject, then everything new. */
  readonly from: 'new' | 'all' | 'last' | number;
  /** Called for one message after the other; what it throws ends the following. */
  readonly onMessage: (message: JsMsg) => void | Promise<void>;
  /** Called once, when everything published from then on will be seen. */
  readonly onReady: (waiting: number) => void | Promise<void>;
  readonly signal: AbortSignal;
}

/** Waits after the following was interrupted. */
const REOPEN: Backoff = { minMs: 100, maxMs: 5000, factor: 2 };

/** Messages that wait in this process; small, since they are only looked at. */
const BUFFERED = 64;

/** Thrown by the callbacks of the caller, as opposed to the server's failures. */
class CallbackError extends Error {}

/**
 * Hands over the messages of a stream in order without acknowledging. After an interruption it goes on behind the last
 * message that was handed over. Returns when the signal is aborted or the connection is closed; throws what a callback
 * threw.
 */
export async function follow(surroundings: Surroundings, options: FollowOptions): Promise<void> {
  const { clock, random } = surroundings;
  const position: Position = { next: undefined, ready: false };
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      await followOnce(surroundings, options, position, () => {
        failures = 0;
      });
    } catch (error) {
      if (error instanceof CallbackError) throw error.cause;
      if (options.signal.aborted || toBusError(error, 'follow').code === 'closed') return;
      failures += 1;
      await clock.sleep(backoffMs(REOPEN, failures, random()), options.signal).catch(() => undefined);
    }
  }
}

interface Position {
  /** Sequence of the next message, once that is known. */
  next: number | undefined;
  ready: boolean;
}

async function followOnce(
  { connection }: Surroundings,
  options: FollowOptions,
  position: Position,
  alive: () => void,
): Promise<void> {
  await connection.whenConnected(options.signal);
  const start = await startingPoint({ connection }, options, position);
  const consumer = await connection.request(`follow ${options.subject}`, () =>
    connection.js.consumers.get(options.stream, { filter_subjects: options.subject, ...start }),
  );
  if (!position.ready) {
    const { num_pending } = await consumer.info(true);
    position.ready = true;
    await callback(() => options.onReady(num_pending));
  }
  const messages = await consumer.consume({ max_messages: BUFFERED, abort_on_missing_resource: true });
  const close = () => void messages.close();
  const unlisten = connection.onLost(close);
  options.signal.addEventListener('abort', close);
  try {
    if (options.signal.aborted || !connection.connected) close();
    for await (const message of messages) {
      if (options.signal.aborted) return;
      await callback(() => options.onMessage(message));
      position.next = message.seq + 1;
      alive();
    }
  } finally {
    unlisten();
    options.signal.removeEventListener('abort', close);
    close();
  }
}

async function startingPoint(
  { connection }: Pick<Surroundings, 'connection'>,
  { stream, from }: FollowOptions,
  position: Position,
) {
  const { state } = await connection.request(`look at stream ${stream}`, () => connection.jsm.streams.info(stream));
  // Behind the end of the stream: it was deleted and made anew, so everything in it is new.
  if (position.next !== undefined && position.next > state.last_seq + 1) position.next = 1;
  if (position.next === undefined && from === 'new') position.next = state.last_seq + 1;
  if (position.next !== undefined) return startAt(position.next);
  if (from === 'last') return { deliver_policy: DeliverPolicy.LastPerSubject };
  return startAt(typeof from === 'number' ? from : 1);
}

function startAt(sequence: number) {
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, sequence) };
}

async function callback(call: () => void | Promise<void>): Promise<void> {
  try {
    await call();
  } catch (cause) {
    throw new CallbackError('callback failed', { cause });
  }
}

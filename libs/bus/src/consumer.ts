import type { CloudEvent, StreamDefinition } from '@tagstream/events';
import type { Backoff } from './backoff.ts';
import type { Outcome } from './outcome.ts';

/** What a handler is told about the delivery of its message. */
export interface Delivery {
  /** Full subject, with the prefix. */
  readonly subject: string;
  /** Sequence in the stream. */
  readonly sequence: number;
  /** 1 for the first delivery. */
  readonly deliveries: number;
  /** Aborted when the handler must come to an end: the consumer stops, or the handler has run for too long. */
  readonly signal: AbortSignal;
  readonly traceparent: string | undefined;
  /** Bind these to the logger of this message. */
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Works on one message. A thrown error is a retry with backoff. */
export type Handler<T> = (event: CloudEvent<T>, delivery: Delivery) => Promise<Outcome>;

/** Options of {@link Bus.consume}. */
export interface ConsumeOptions<T> {
  readonly stream: StreamDefinition;
  /** Name of the durable consumer; replicas that use the same name share the messages. */
  readonly durable: string;
  /** Messages worked on at the same time by this process. */
  readonly concurrency: number;
  /** Messages of one key are worked on one after the other, in the order of delivery. */
  readonly keyOf: (data: T) => string;
  readonly handler: Handler<T>;
  /**
   * A message that was delivered so often without `done` goes to the dead-letter stream. Every delivery counts: failures,
   * `retry`, and those that ended because a process stopped. 30 when not given.
   */
  readonly maxDeliver?: number;
  /** Waits after a handler threw, by the number of deliveries. */
  readonly retry?: Backoff;
  /** Narrower subject than all of the definition, below the prefix: `tag-updated.shop.>`. */
  readonly filter?: string;
  /** Time after which an unacknowledged message is delivered to somebody else. 30 s when not given. */
  readonly ackWaitMs?: number;
  /** A handler that runs longer has its signal aborted and its message is no longer held. 5 min when not given. */
  readonly maxRunMs?: number;
  /** How long disposal waits for running handlers. 8 s when not given. */
  readonly stopGraceMs?: number;
  /** Told about everything that happens; for logs and metrics. What it throws is ignored. */
  readonly observe?: (event: ConsumerEvent) => void;
}

/** Something that happened in a consumer. */
export type ConsumerEvent =
  | ({ readonly kind: 'done'; readonly durationMs: number } & About)
  | ({
      readonly kind: 'retry';
      readonly durationMs: number;
      readonly afterMs: number;
      readonly reason: string;
      /** The handler threw this; absent when it asked for the retry. */
      readonly error?: unknown;
    } & About)
  | ({ readonly kind: 'dead-letter'; readonly durationMs: number; readonly reason: string } & About)
  /** The outcome could not be reported to the server: the message will be delivered again. */
  | ({ readonly kind: 'unsettled'; readonly error: unknown } & About)
  | { readonly kind: 'interrupted'; readonly error: unknown; readonly retryInMs: number }
  | { readonly kind: 'consuming' };

/** Which message a {@link ConsumerEvent} is about. */
interface About {
  readonly subject: string;
  readonly sequence: number;
  readonly deliveries: number;
}

/** How a consumer is doing. `ready` is false while it cannot receive messages. */
export interface ConsumerHealth {
  readonly ready: boolean;
  readonly detail: string;
  readonly running: number;
  readonly queued: number;
}

/**
 * A running durable consumer. Disposal stops the intake, waits for running handlers, and gives back what was not
 * started.
 */
export interface Consumer extends AsyncDisposable {
  readonly durable: string;
  /** Resolves when it has stopped. */
  readonly closed: Promise<void>;
  health(): ConsumerHealth;
}

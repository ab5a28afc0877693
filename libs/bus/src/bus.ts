import type { CloudEvent, EventDefinition, StreamDefinition } from '@tagstream/events';
import type { Static, TSchema } from 'typebox';
import type { Bucket, BucketOptions, ExistingBucket } from './bucket.ts';
import type { ConsumeOptions, Consumer } from './consumer.ts';
import type { SubscribeOptions, Subscription } from './subscribe.ts';
import type { FollowTextOptions, StoreTextOptions } from './texts.ts';

/** Options of {@link Bus.ensureStreams}; what is not given is left as the streams have it. */
export interface EnsureStreamsOptions {
  /** Copies of each stream in a NATS cluster: 1, 3 or 5. New streams get 1. */
  readonly replicas?: number;
  /** Cannot be changed once a stream exists. New streams get `file`. */
  readonly storage?: 'file' | 'memory';
  readonly signal?: AbortSignal;
}

/** Options of {@link Bus.publish}. */
export interface PublishOptions {
  /** Sequence of the subject's last message, 0 for none: publish only while that is so. */
  readonly expectLastSequence?: number;
  /** CloudEvents source; `/tagstream/<name of the connection>` when not given. */
  readonly source?: string;
  /** W3C trace context, sent as a header. */
  readonly traceparent?: string;
  /** Ends the retries, with a BusError `closed`. */
  readonly signal?: AbortSignal;
  /** How long to keep trying while the server cannot be reached. 30 s when not given. */
  readonly timeoutMs?: number;
}

/** Where a published message is in its stream. */
export interface Published {
  readonly sequence: number;
  /** A message with the same id was already there; nothing was stored. */
  readonly duplicate: boolean;
}

/** A message as it lies in a stream. */
export interface Stored<T> {
  readonly sequence: number;
  readonly event: CloudEvent<T>;
}

/**
 * The connection of a service to NATS JetStream. Every method throws {@link BusError} and nothing else.
 * Subjects in this interface are below the prefix: `tag-updated.shop.web.latest`.
 */
export interface Bus extends AsyncDisposable {
  /** First token of every subject; in upper case the start of every stream's name. */
  readonly prefix: string;
  /** Whether there is a connection at this moment. */
  readonly connected: boolean;
  /** Resolves when the connection is over for good: after disposal, or with the error that ended it. */
  readonly closed: Promise<Error | undefined>;

  /**
   * Creates or updates streams and checks by the server's echo that what was asked for is in force. Idempotent; two
   * callers at once are fine.
   * @throws BusError `unsupported_server` naming the version that is needed; `conflict` when a stream cannot be changed.
   */
  ensureStreams(definitions: readonly StreamDefinition[], options?: EnsureStreamsOptions): Promise<void>;

  /**
   * Publishes an event and waits until it is stored. It is sent again, with the same id, over a lost connection.
   * @throws BusError `wrong_sequence` when `expectLastSequence` does not hold. After a lost connection this can mean that
   * the message itself was stored by an earlier attempt: read the last message and start over.
   * @throws EventFormatError when the data does not match the definition: a bug in the caller.
   */
  publish<S extends TSchema>(
    definition: EventDefinition<S>,
    data: Static<S>,
    options?: PublishOptions,
  ): Promise<Published>;

  /**
   * Last message of the subject that `data` belongs to; only the fields that make up the subject count.
   * @throws BusError `unknown` when that message is not a valid event.
   */
  last<S extends TSchema>(
    stream: StreamDefinition,
    definition: EventDefinition<S>,
    data: Static<S>,
  ): Promise<Stored<Static<S>> | undefined>;

  /** Removes every message of a subject (wildcards allowed) from a stream; resolves to how many there were. */
  purgeSubject(stream: StreamDefinition, subject: string): Promise<number>;

  /** Starts a durable consumer. It keeps itself alive until it is disposed or the bus is. */
  consume<S extends TSchema>(definition: EventDefinition<S>, options: ConsumeOptions<Static<S>>): Consumer;

  /** Follows events in order without acknowledging: for watching, not for working. */
  subscribe<S extends TSchema>(definition: EventDefinition<S>, options: SubscribeOptions<Static<S>>): Subscription;

  /**
   * Stores plain text, for logs; what is an event goes through {@link publish}. It is sent again over a lost connection.
   * @throws BusError
   */
  storeText(subject: string, text: string, options: StoreTextOptions): Promise<Published>;

  /** Follows the texts of one subject in order. */
  followText(options: FollowTextOptions): Subscription;

  /**
   * Opens a key-value bucket and creates it if need be.
   * @throws BusError `no_stream` for an existing one that is not there.
   */
  bucket(name: string, options?: BucketOptions | ExistingBucket): Promise<Bucket>;
}

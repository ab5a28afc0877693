import type { CloudEvent, StreamDefinition } from '@tagstream/events';

/** Where an event of a {@link Subscription} comes from. */
export interface Seen {
  /** Full subject, with the prefix. */
  readonly subject: string;
  readonly sequence: number;
  /** How many more matching messages the stream held when this one was sent; 0 means caught up. */
  readonly pending: number;
}

/** Options of {@link Bus.subscribe}. */
export interface SubscribeOptions<T> {
  readonly stream: StreamDefinition;
  /** Narrower subject than all of the definition, below the prefix: `tag-updated.shop.>`. */
  readonly filter?: string;
  /** `new`: what is published from now on; `all`: the whole stream; or the sequence to start at. */
  readonly from: 'new' | 'all' | number;
  /** Called for one event after the other; what it throws or rejects with ends the subscription. */
  readonly onEvent: (event: CloudEvent<T>, seen: Seen) => void | Promise<void>;
  /** Told about messages that are not valid events; they are skipped. */
  readonly onInvalid?: (reason: string, seen: Seen) => void;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

/** A running ordered subscription. It survives lost connections without missing or repeating a message. */
export interface Subscription extends AsyncDisposable {
  /** Resolves when everything published from now on will be seen, with the number of messages waiting at that time. */
  readonly ready: Promise<{ readonly pending: number }>;
  /** Resolves when it has ended, rejects with what `onEvent` threw. */
  readonly closed: Promise<void>;
}

import type { JsMsg } from '@nats-io/jetstream';
import { type CloudEvent, type EventDefinition, EventFormatError, parseCloudEvent } from '@tagstream/events';
import type { Static, TSchema } from 'typebox';
import type { Delivery } from './consumer.ts';
import type { Keyed } from './lanes.ts';
import { fullSubject } from './names.ts';

/** A message in the hands of this process, between its delivery and its settlement. */
export interface HeldMessage<T> extends Keyed {
  readonly message: JsMsg;
  /** The event, or why the message is none. */
  readonly content: { readonly event: CloudEvent<T> } | { readonly invalid: string };
  readonly about: { readonly subject: string; readonly sequence: number; readonly deliveries: number };
  /** Ends its handler. */
  readonly abort: AbortController;
  /** Settled or given back: nothing more is told to the server about it. */
  released: boolean;
  /** Ran for too long: the server is no longer told that somebody works on it. */
  overdue: boolean;
}

/** Reads a delivered message. What is not a valid event gets a key of its own: it waits for nobody. */
export function holdMessage<S extends TSchema>(
  message: JsMsg,
  definition: EventDefinition<S>,
  prefix: string,
  keyOf: (data: Static<S>) => string,
): HeldMessage<Static<S>> {
  const about = { subject: message.subject, sequence: message.seq, deliveries: message.info.deliveryCount };
  const rest = { message, about, abort: new AbortController(), released: false, overdue: false };
  try {
    const event = parseCloudEvent(definition, message.string());
    const expected = fullSubject(prefix, definition.subject(event.data));
    if (expected !== message.subject) throw new EventFormatError(`its data belongs to subject ${expected}`);
    return { ...rest, key: keyOf(event.data), content: { event } };
  } catch (error) {
    const invalid = error instanceof Error ? error.message : String(error);
    return { ...rest, key: `invalid message ${message.seq}`, content: { invalid } };
  }
}

/** What the handler is told about the delivery. */
export function deliveryOf(held: HeldMessage<unknown>, stream: string, consumer: string): Delivery {
  const traceparent = held.message.headers?.get('traceparent') || undefined;
  const eventId = 'event' in held.content ? held.content.event.id : undefined;
  return {
    ...held.about,
    signal: held.abort.signal,
    traceparent,
    fields: {
      stream,
      consumer,
      ...held.about,
      ...(eventId === undefined ? {} : { eventId }),
      ...(traceparent === undefined ? {} : { traceparent }),
    },
  };
}

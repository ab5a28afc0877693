import type { JsMsg } from '@nats-io/jetstream';
import { type EventDefinition, parseCloudEvent } from '@tagstream/events';
import type { Static, TSchema } from 'typebox';
import { BusError } from './bus-error.ts';
import { follow } from './follow.ts';
import { fullSubject, streamName } from './names.ts';
import type { Surroundings } from './patience.ts';
import type { SubscribeOptions, Subscription } from './subscribe.ts';

/** See {@link Bus.subscribe}. */
export function startSubscription<S extends TSchema>(
  surroundings: Surroundings & { readonly prefix: string },
  definition: EventDefinition<S>,
  options: SubscribeOptions<Static<S>>,
): Subscription {
  const { prefix } = surroundings;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const ready = Promise.withResolvers<{ readonly pending: number }>();
  ready.promise.catch(() => undefined); // who does not wait for it need not handle its failure

  const closed = follow(surroundings, {
    stream: streamName(prefix, options.stream.name),
    subject: fullSubject(prefix, options.filter ?? definition.wildcard),
    from: options.from,
    signal,
    onReady: (pending) => ready.resolve({ pending }),
    onMessage: (message) => tell(message, definition, options),
  }).finally(() => ready.reject(new BusError('closed', 'the subscription ended before it was ready')));
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

async function tell<S extends TSchema>(
  message: JsMsg,
  definition: EventDefinition<S>,
  { onEvent, onInvalid }: SubscribeOptions<Static<S>>,
): Promise<void> {
  const seen = { subject: message.subject, sequence: message.seq, pending: message.info.pending };
  let event: Parameters<typeof onEvent>[0];
  try {
    event = parseCloudEvent(definition, message.string());
  } catch (error) {
    onInvalid?.((error as Error).message, seen);
    return;
  }
  await onEvent(event, seen);
}

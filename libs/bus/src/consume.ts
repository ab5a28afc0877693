import type { EventDefinition } from '@tagstream/events';
import type { Static, TSchema } from 'typebox';
import { type Backoff, backoffMs } from './backoff.ts';
import { BusError } from './bus-error.ts';
import type { ConsumeOptions, Consumer, ConsumerEvent } from './consumer.ts';
import { consumerConfig, openConsumer } from './consumer-config.ts';
import { fullSubject, streamName } from './names.ts';
import type { Publisher } from './publish.ts';
import { pullMessages } from './pull.ts';
import { toBusError } from './to-bus-error.ts';
import { messageWindow } from './window.ts';

/** With the default waits this is about two hours of trying. */
const DEFAULT_MAX_DELIVER = 30;

/** Waits after a handler threw. */
const DEFAULT_RETRY: Backoff = { minMs: 500, maxMs: 300_000, factor: 2 };

/** Waits after the consumer could not be opened or was lost; short, since everything stands still meanwhile. */
const REOPEN: Backoff = { minMs: 100, maxMs: 5000, factor: 2 };

/** See {@link Bus.consume}. */
export function consume<S extends TSchema>(
  publisher: Publisher,
  definition: EventDefinition<S>,
  options: ConsumeOptions<Static<S>>,
): Consumer {
  const { connection, clock, random, prefix } = publisher;
  const { durable } = options;
  const stream = streamName(prefix, options.stream.name);
  const filter = fullSubject(prefix, options.filter ?? definition.wildcard);
  const observe = quietly(options.observe);
  const stop = new AbortController();
  const window = messageWindow(publisher, definition, {
    ...options,
    stream,
    observe,
    maxDeliver: options.maxDeliver ?? DEFAULT_MAX_DELIVER,
    retry: options.retry ?? DEFAULT_RETRY,
  });
  let failures = 0;
  let trouble: string | undefined = 'not opened yet';

  async function open() {
    const asked = consumerConfig({ durable, filter, ackWaitMs: window.ackWaitMs });
    return await connection.request(`open consumer ${durable} of ${stream}`, () =>
      openConsumer(connection.jsm, connection.js, stream, asked),
    );
  }

  async function consumeOnce(): Promise<void> {
    await connection.whenConnected(stop.signal);
    const consumer = await open();
    trouble = undefined;
    observe({ kind: 'consuming' });
    const alive = () => {
      failures = 0;
    };
    await pullMessages(connection, consumer, { room: window.room, accept: window.accept, alive }, stop.signal);
  }

  async function supervise(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await consumeOnce();
      } catch (cause) {
        if (stop.signal.aborted) return;
        const error = toBusError(cause, `consume ${filter} as ${durable}`);
        failures += 1;
        trouble = error.message;
        const retryInMs = backoffMs(REOPEN, failures, random());
        observe({ kind: 'interrupted', error, retryInMs });
        if (error.code === 'closed') return; // the connection is over for good
        await clock.sleep(retryInMs, stop.signal).catch(() => undefined);
      }
    }
  }

  const supervised = supervise();
  let disposal: Promise<void> | undefined;
  const closed = Promise.withResolvers<void>();

  return {
    durable,
    closed: closed.promise,
    health() {
      const counts = { running: window.running, queued: window.queued };
      if (stop.signal.aborted) return { ready: false, detail: 'stopped', ...counts };
      if (!connection.connected) return { ready: false, detail: 'not connected to NATS', ...counts };
      if (trouble !== undefined) return { ready: false, detail: trouble, ...counts };
      return { ready: true, detail: `consuming ${filter} as ${durable}`, ...counts };
    },
    [Symbol.asyncDispose]() {
      disposal ??= (async () => {
        stop.abort(new BusError('closed', `consumer ${durable} stopped`));
        window.stopIntake();
        await supervised;
        await window.finish();
        closed.resolve();
      })();
      return disposal;
    },
  };
}

/** Observers must not be able to break the consumer. */
function quietly(observe: ((event: ConsumerEvent) => void) | undefined): (event: ConsumerEvent) => void {
  return (event) => {
    try {
      observe?.(event);
    } catch {
      // their own affair
    }
  };
}

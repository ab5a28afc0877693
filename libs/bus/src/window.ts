import type { JsMsg } from '@nats-io/jetstream';
import type { EventDefinition } from '@tagstream/events';
import type { Static, TSchema } from 'typebox';
import type { Backoff } from './backoff.ts';
import type { ConsumeOptions, ConsumerEvent } from './consumer.ts';
import { type HeldMessage, holdMessage } from './held-message.ts';
import { lanes } from './lanes.ts';
import type { Publisher } from './publish.ts';
import { workOn } from './settle.ts';

/** The server's own default; long enough that a pause of the process does not cause a second delivery. */
const DEFAULT_ACK_WAIT_MS = 30_000;

/** A handler makes a few requests with timeouts of their own; one that runs longer hangs. */
const DEFAULT_MAX_RUN_MS = 300_000;

/** Less than the 10 s in which a service has to stop. */
const DEFAULT_STOP_GRACE_MS = 8000;

/** Messages held beyond those that run, as a multiple of the concurrency: work for when a key is busy. */
const QUEUED_PER_RUNNING = 1;

type Options<T> = Omit<ConsumeOptions<T>, 'stream' | 'observe'> & {
  /** Name on the server. */
  readonly stream: string;
  readonly maxDeliver: number;
  readonly retry: Backoff;
  readonly observe: (event: ConsumerEvent) => void;
};

/** The messages that this process holds: runs their handlers, and tells the server that it still has them. */
export interface MessageWindow {
  readonly ackWaitMs: number;
  readonly running: number;
  readonly queued: number;
  /** See {@link Intake}. */
  room(): Promise<number>;
  accept(message: JsMsg): void;
  /** Ends `room`; messages that still come are given back. */
  stopIntake(): void;
  /** Gives back what waits, lets what runs come to its end within the grace time, gives back the rest. */
  finish(): Promise<void>;
}

/** An empty window. */
export function messageWindow<S extends TSchema>(
  publisher: Publisher,
  definition: EventDefinition<S>,
  options: Options<Static<S>>,
): MessageWindow {
  const { clock } = publisher;
  const { concurrency, ackWaitMs = DEFAULT_ACK_WAIT_MS, maxRunMs = DEFAULT_MAX_RUN_MS } = options;
  const capacity = concurrency * (1 + QUEUED_PER_RUNNING);
  /** Ask for messages in portions, not one by one. */
  const portion = Math.max(1, Math.floor(concurrency / 2));
  const queue = lanes<HeldMessage<Static<S>>>(concurrency);
  const stopped = new AbortController();
  const graceOver = new AbortController();
  const work = { ...options, publisher, signal: graceOver.signal };
  let changed = Promise.withResolvers<void>();

  function tellChange(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  function startWork(): void {
    for (let held = queue.start(); held; held = queue.start()) void runOne(held);
  }

  async function runOne(held: HeldMessage<Static<S>>): Promise<void> {
    const over = new AbortController();
    clock.sleep(maxRunMs, over.signal).then(
      () => {
        held.abort.abort(new Error(`the handler ran for more than ${maxRunMs} ms`));
        held.overdue = true;
      },
      () => undefined, // it came to its end
    );
    try {
      await workOn(work, held);
    } finally {
      over.abort();
      queue.finish(held);
      if (!stopped.signal.aborted) startWork();
      tellChange();
    }
  }

  async function keepAlive(): Promise<void> {
    while (!graceOver.signal.aborted) {
      await clock.sleep(ackWaitMs / 2, graceOver.signal).catch(() => undefined);
      for (const held of queue.held()) if (!held.released && !held.overdue) tell(() => held.message.working());
    }
  }
  void keepAlive();

  function giveBack(held: HeldMessage<Static<S>>): void {
    if (held.released) return;
    held.released = true;
    tell(() => held.message.nak());
  }

  return {
    ackWaitMs,
    get running() {
      return queue.running.size;
    },
    get queued() {
      return queue.waiting;
    },
    async room() {
      for (;;) {
        if (stopped.signal.aborted) return 0;
        const free = capacity - queue.held().length;
        if (free >= portion) return free;
        await changed.promise;
      }
    },
    accept(message) {
      const held = holdMessage(message, definition, publisher.prefix, options.keyOf);
      if (stopped.signal.aborted) return giveBack(held);
      queue.add(held);
      startWork();
    },
    stopIntake() {
      stopped.abort();
      for (const held of queue.drain()) giveBack(held);
      tellChange();
    },
    async finish() {
      const grace = clock.sleep(options.stopGraceMs ?? DEFAULT_STOP_GRACE_MS, graceOver.signal).then(
        () => graceOver.abort(),
        () => undefined,
      );
      while (queue.running.size > 0 && !graceOver.signal.aborted) await Promise.race([changed.promise, grace]);
      for (const held of queue.running) {
        giveBack(held);
        held.abort.abort(new Error('the consumer has stopped'));
      }
      graceOver.abort();
    },
  };
}

/** On a connection that is closed for good nothing can be told; the server then delivers the message again by itself. */
function tell(send: () => void): void {
  try {
    send();
  } catch {
    // see above
  }
}

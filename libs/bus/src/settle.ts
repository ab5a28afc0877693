import { type Backoff, backoffMs } from './backoff.ts';
import type { ConsumerEvent, Handler } from './consumer.ts';
import { bury } from './dead-letter.ts';
import { deliveryOf, type HeldMessage } from './held-message.ts';
import type { Outcome } from './outcome.ts';
import type { Publisher } from './publish.ts';

/** What a consumer does with its messages. */
export interface Work<T> {
  readonly publisher: Publisher;
  /** Name on the server. */
  readonly stream: string;
  readonly durable: string;
  readonly handler: Handler<T>;
  readonly maxDeliver: number;
  readonly retry: Backoff;
  readonly observe: (event: ConsumerEvent) => void;
  /** Ends what is waited for while settling. */
  readonly signal: AbortSignal;
}

/** Wait before a message is delivered again whose dead letter could not be stored. */
const BURY_AGAIN_MS = 5000;

/** Works on one message and tells the server what became of it; acknowledges last. Never throws. */
export async function workOn<T>(work: Work<T>, held: HeldMessage<T>): Promise<void> {
  const started = work.publisher.clock.now();
  const durationMs = () => work.publisher.clock.now() - started;
  const { outcome, error } = await outcomeOf(work, held);
  if (held.released) return; // given back meanwhile: somebody else will do it again
  try {
    await settle(work, held, outcome, durationMs, error);
  } catch (failure) {
    work.observe({ kind: 'unsettled', ...held.about, error: failure });
  } finally {
    held.released = true;
  }
}

interface Judged {
  readonly outcome: Outcome;
  readonly error?: unknown;
}

async function outcomeOf<T>(work: Work<T>, held: HeldMessage<T>): Promise<Judged> {
  const { deliveries } = held.about;
  if ('invalid' in held.content) return { outcome: { kind: 'reject', reason: held.content.invalid } };
  // Whoever had it before never came to the end of it: more than once, or the bound was lowered.
  if (deliveries > work.maxDeliver) {
    return { outcome: { kind: 'reject', reason: `delivered ${deliveries - 1} times without success` } };
  }
  try {
    const delivery = deliveryOf(held, work.stream, work.durable);
    return { outcome: lastChance(work, deliveries, await work.handler(held.content.event, delivery)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const afterMs = backoffMs(work.retry, deliveries, work.publisher.random());
    return { outcome: lastChance(work, deliveries, { kind: 'retry', afterMs, reason }), error };
  }
}

function lastChance(work: Work<never>, deliveries: number, outcome: Outcome): Outcome {
  if (outcome.kind !== 'retry' || deliveries < work.maxDeliver) return outcome;
  return { kind: 'reject', reason: `gave up after ${deliveries} deliveries: ${outcome.reason}` };
}

async function settle<T>(
  work: Work<T>,
  held: HeldMessage<T>,
  outcome: Outcome,
  durationMs: () => number,
  error: unknown,
): Promise<void> {
  const { message, about } = held;
  switch (outcome.kind) {
    case 'done':
      await work.publisher.connection.request(`acknowledge ${about.subject}`, () => message.ackAck());
      work.observe({ kind: 'done', ...about, durationMs: durationMs() });
      return;
    case 'retry': {
      message.nak(outcome.afterMs);
      const cause = error === undefined ? {} : { error };
      work.observe({ kind: 'retry', ...about, durationMs: durationMs(), ...cause, ...pick(outcome) });
      return;
    }
    case 'reject':
      await buryOrGiveBack(work, held, outcome.reason);
      work.observe({ kind: 'dead-letter', ...about, durationMs: durationMs(), reason: outcome.reason });
      return;
    default:
      return outcome satisfies never;
  }
}

function pick({ afterMs, reason }: Extract<Outcome, { kind: 'retry' }>) {
  return { afterMs, reason };
}

async function buryOrGiveBack<T>(work: Work<T>, held: HeldMessage<T>, reason: string): Promise<void> {
  const { message, about } = held;
  const corpse = { ...about, reason, consumer: work.durable, stream: work.stream, body: message.data };
  try {
    await bury(work.publisher, corpse, work.signal);
  } catch (error) {
    message.nak(BURY_AGAIN_MS);
    throw error;
  }
  message.term(); // without a reason: servers before 2.10.4 do not understand one and deliver again for ever
}

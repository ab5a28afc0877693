import { DeadLetter } from '@tagstream/events';
import { BusError } from './bus-error.ts';
import { type Publisher, publish } from './publish.ts';

/** A message that is to be buried. */
export interface Corpse {
  readonly consumer: string;
  /** Name on the server. */
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly deliveries: number;
  readonly reason: string;
  readonly body: Uint8Array;
}

/** A dead letter that cannot be stored by then is tried again at the next delivery of its message. */
const TIMEOUT_MS = 15_000;

/**
 * Stores a dead letter. Its id is made of stream, sequence and consumer, so burying twice is one letter.
 * @throws BusError when it could not be stored; the message must then stay in its stream unacknowledged.
 */
export async function bury(publisher: Publisher, corpse: Corpse, signal: AbortSignal): Promise<void> {
  const { body, reason, ...rest } = corpse;
  const letter = {
    ...rest,
    service: publisher.name,
    reason: reason || 'no reason given',
    body: Buffer.from(body).toString('base64'),
    at: publisher.clock.iso(),
  };
  const options = { timeoutMs: TIMEOUT_MS, signal };
  try {
    await publish(publisher, DeadLetter, letter, options);
  } catch (error) {
    if (!(error instanceof BusError) || error.code !== 'too_large') throw error;
    // Base64 makes a large message larger than the server takes; its stream still has it.
    const without = { ...letter, body: '', reason: `${letter.reason} (body of ${body.length} bytes left out)` };
    await publish(publisher, DeadLetter, without, options);
  }
}

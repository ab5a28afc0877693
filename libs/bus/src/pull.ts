import type { ConsumerMessages, JsMsg, Consumer as PullConsumer } from '@nats-io/jetstream';
import type { Connection } from './connection.ts';

/** How long the server keeps a request for messages; half of it is the heartbeat that tells a dead request. */
const EXPIRES_MS = 20_000;

/** What pulling needs from the consumer around it. */
export interface Intake {
  /** Resolves to how many more messages can be held, at least 1; or to 0 when the intake is to end. */
  room(): Promise<number>;
  accept(message: JsMsg): void;
  /** A request was answered or ended in order: the consumer works. */
  alive(): void;
}

/**
 * Asks the server for as many messages as there is room for, again and again. Each message is in the hands of the caller
 * as soon as it arrives, none waits in a buffer where its time to acknowledge would pass unseen.
 * Returns when the signal is aborted; throws when the consumer is gone or the server does not answer.
 */
export async function pullMessages(
  connection: Connection,
  consumer: PullConsumer,
  intake: Intake,
  signal: AbortSignal,
): Promise<void> {
  let batch: ConsumerMessages | undefined;
  // A lost connection takes the request with it; the client library would ask for the full number again.
  const close = () => void batch?.close();
  const unlisten = connection.onLost(close);
  signal.addEventListener('abort', close);
  try {
    while (!signal.aborted) {
      const room = await intake.room();
      await connection.whenConnected(signal);
      if (room === 0 || signal.aborted) return;
      batch = await consumer.fetch({ max_messages: room, expires: EXPIRES_MS });
      if (signal.aborted) close();
      for await (const message of batch) {
        intake.accept(message);
        intake.alive();
      }
      intake.alive();
    }
  } finally {
    unlisten();
    signal.removeEventListener('abort', close);
  }
}

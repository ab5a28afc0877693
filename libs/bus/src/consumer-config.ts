import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type Consumer as PullConsumer,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { hasApiCode } from './to-bus-error.ts';

/**
 * Messages that all replicas together may hold or have put off. A put-off message counts until it is done, so this is
 * how many objects can wait for something at the same time before new messages wait too.
 */
const MAX_ACK_PENDING = 5000;

/** "consumer already exists" */
const CONSUMER_EXISTS = 10148;

/** What is asked of the server for a durable consumer. */
export type AskedConsumer = Partial<ConsumerConfig> & { readonly durable_name: string };

/**
 * The server configuration of a durable consumer. Deliveries are not bounded by the server: it would leave a message
 * that reached the bound in the stream without telling anybody. This library counts and writes the dead letter itself.
 */
export function consumerConfig(options: {
  readonly durable: string;
  /** Full subject. */
  readonly filter: string;
  readonly ackWaitMs: number;
}): AskedConsumer {
  return {
    durable_name: options.durable,
    filter_subject: options.filter,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(options.ackWaitMs),
    max_deliver: -1,
    max_ack_pending: MAX_ACK_PENDING,
  };
}

/** Creates the consumer or changes it to what is asked, and opens it. Replicas may do so at the same time. */
export async function openConsumer(
  jsm: JetStreamManager,
  js: JetStreamClient,
  stream: string,
  asked: AskedConsumer,
): Promise<PullConsumer> {
  try {
    await jsm.consumers.add(stream, asked);
  } catch (error) {
    if (!hasApiCode(error, CONSUMER_EXISTS)) throw error;
    await jsm.consumers.update(stream, asked.durable_name, asked);
  }
  return await js.consumers.get(stream, asked.durable_name);
}

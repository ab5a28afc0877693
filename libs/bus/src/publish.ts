import { headers } from '@nats-io/transport-node';
import { type EventDefinition, toCloudEvent } from '@tagstream/events';
import type { Static, TSchema } from 'typebox';
import type { Published, PublishOptions } from './bus.ts';
import { BusError } from './bus-error.ts';
import { fullSubject } from './names.ts';
import { patiently, type Surroundings } from './patience.ts';

/** Longer than a server that is restarted or elects a leader is away; far below the 10 min of the duplicate window. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** A stored message is acknowledged within milliseconds; without an answer by then it is sent again. */
const ACK_TIMEOUT_MS = 5000;

/** Room that NATS headers (message id, expectations, trace) take beside the body. */
const HEADER_ALLOWANCE_BYTES = 1024;

/** Who publishes. */
export interface Publisher extends Surroundings {
  readonly prefix: string;
  readonly name: string;
}

/** See {@link Bus.publish}. */
export async function publish<S extends TSchema>(
  publisher: Publisher,
  definition: EventDefinition<S>,
  data: Static<S>,
  options: PublishOptions = {},
): Promise<Published> {
  const { connection, clock } = publisher;
  const event = toCloudEvent(definition, data, {
    source: options.source ?? `/tagstream/${publisher.name}`,
    time: clock.iso(),
  });
  const subject = fullSubject(publisher.prefix, event.subject);
  const body = new TextEncoder().encode(JSON.stringify(event));
  const what = `publish to ${subject}`;

  const limits = { timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal: options.signal };
  const ack = await patiently(publisher, limits, what, async () => {
    const max = connection.nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (body.length + HEADER_ALLOWANCE_BYTES > max) {
      throw new BusError('too_large', `${what}: ${body.length} bytes, the server takes ${max} with headers`);
    }
    const own = headers();
    if (options.traceparent !== undefined) own.set('traceparent', options.traceparent);
    return await connection.js.publish(subject, body, {
      msgID: event.id,
      headers: own,
      timeout: ACK_TIMEOUT_MS,
      ...(options.expectLastSequence === undefined
        ? {}
        : { expect: { lastSubjectSequence: options.expectLastSequence } }),
    });
  });
  return { sequence: ack.seq, duplicate: ack.duplicate };
}

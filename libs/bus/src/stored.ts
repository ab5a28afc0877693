import { type EventDefinition, parseCloudEvent, type StreamDefinition } from '@tagstream/events';
import type { Static, TSchema } from 'typebox';
import type { Stored } from './bus.ts';
import { BusError } from './bus-error.ts';
import type { Connection } from './connection.ts';
import { fullSubject, streamName } from './names.ts';

/** Where to look. */
interface Place {
  readonly connection: Connection;
  readonly prefix: string;
}

/** See {@link Bus.last}. */
export async function lastStored<S extends TSchema>(
  { connection, prefix }: Place,
  stream: StreamDefinition,
  definition: EventDefinition<S>,
  data: Static<S>,
): Promise<Stored<Static<S>> | undefined> {
  const name = streamName(prefix, stream.name);
  const subject = fullSubject(prefix, definition.subject(data));
  const what = `read the last message of ${subject} in ${name}`;
  const message = await connection.request(what, () =>
    connection.jsm.direct.getMessage(name, { last_by_subj: subject }),
  );
  if (!message) return undefined;
  try {
    return { sequence: message.seq, event: parseCloudEvent(definition, message.string()) };
  } catch (cause) {
    throw new BusError('unknown', `${what}: message ${message.seq} is not such an event: ${(cause as Error).message}`, {
      cause,
      retryable: false,
    });
  }
}

/** See {@link Bus.purgeSubject}. */
export async function purgeSubject(
  { connection, prefix }: Place,
  stream: StreamDefinition,
  subject: string,
): Promise<number> {
  const name = streamName(prefix, stream.name);
  const filter = fullSubject(prefix, subject);
  const answer = await connection.request(`purge ${filter} from ${name}`, () =>
    connection.jsm.streams.purge(name, { filter }),
  );
  return answer.purged;
}

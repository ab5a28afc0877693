import type { IncomingHttpHeaders } from 'node:http';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { innerJson, OptionalText, PayloadError, parseJson } from '../payload.ts';

const Attributes = Type.Object({
  id: Type.String({ minLength: 1 }),
  source: Type.String({ minLength: 1 }),
  type: Type.String({ minLength: 1 }),
  subject: OptionalText,
  time: OptionalText,
  data: Type.Optional(Type.Unknown()),
  data_base64: OptionalText,
});

const Event = Compile(Attributes);

/** A CloudEvent as far as its envelope goes (CloudEvents 1.0). */
export type ReceivedEvent = Static<typeof Attributes>;

const WHAT = 'a CloudEvent';

const ATTRIBUTES = ['id', 'source', 'type', 'subject', 'time'] as const;

/**
 * Reads the events of a request in any of the three modes of CloudEvents' HTTP binding: structured (one JSON object), batched
 * (a JSON array), binary (attributes in `ce-` headers, the body is the data). The mode is told by what is there, not by the
 * content type: senders behind gateways lose it.
 * @returns null in the place of an element that is no CloudEvent, so that one odd element does not lose the others.
 * @throws PayloadError when the request holds no CloudEvent at all.
 */
export function readCloudEvents(body: Buffer, headers: IncomingHttpHeaders): readonly (ReceivedEvent | null)[] {
  if (headers['ce-id'] !== undefined) return [binaryEvent(body, headers)];
  const value = parseJson(body, WHAT);
  if (Array.isArray(value)) return value.map(readEvent);
  const event = readEvent(value);
  if (event === null) throw new PayloadError(`The body is not ${WHAT}: it needs id, source and type.`);
  return [event];
}

/** An id that is unique over all sources (CloudEvents 1.0: `source` and `id` together identify an event). */
export function eventKey({ source, id }: ReceivedEvent): string {
  return `${source} ${id}`;
}

function readEvent(value: unknown): ReceivedEvent | null {
  if (!Event.Check(value)) return null;
  if (value.data !== undefined || !value.data_base64) return value;
  return { ...value, data: innerJson(Buffer.from(value.data_base64, 'base64')) };
}

function binaryEvent(body: Buffer, headers: IncomingHttpHeaders): ReceivedEvent {
  const attributes = Object.fromEntries(
    ATTRIBUTES.flatMap((name) => {
      const value = headers[`ce-${name}`];
      return typeof value === 'string' ? [[name, percentDecoded(value)]] : [];
    }),
  );
  const event = { ...attributes, data: body.length === 0 ? undefined : innerJson(body) };
  if (!Event.Check(event))
    throw new PayloadError('The headers are not a CloudEvent: ce-id, ce-source and ce-type are needed.');
  return event;
}

/** Header values are percent-encoded UTF-8 (CloudEvents HTTP binding 3.1.3.2). */
function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

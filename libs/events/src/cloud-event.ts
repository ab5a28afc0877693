import type { Static, TSchema } from 'typebox';
import type { EventDefinition } from './define-event.ts';

/** A CloudEvents 1.0 event in structured JSON mode, the form of every message body. */
export interface CloudEvent<T = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  /** Which service published it, as a URI reference: `/tagstream/poller`. */
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** ISO 8601 instant of publication. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: T;
}

/** Why a message body is not the event that was expected; the text is fit for an operator. */
export class EventFormatError extends Error {
  override readonly name = 'EventFormatError';
}

/**
 * Wraps data as a CloudEvent.
 * @throws EventFormatError when the data does not match the definition's schema: a bug in the caller.
 */
export function toCloudEvent<S extends TSchema>(
  definition: EventDefinition<S>,
  data: Static<S>,
  context: { readonly source: string; readonly time: string },
): CloudEvent<Static<S>> {
  const problems = definition.problems(data);
  if (problems.length > 0) throw new EventFormatError(`${definition.type}: ${problems.join('; ')}`);
  return {
    specversion: '1.0',
    id: definition.id(data),
    source: context.source,
    type: definition.type,
    subject: definition.subject(data),
    time: context.time,
    datacontenttype: 'application/json',
    data,
  };
}

/**
 * Reads a message body. Unknown fields pass by.
 * @throws EventFormatError naming what is wrong, when it is not JSON, not this type, or does not match the schema.
 */
export function parseCloudEvent<S extends TSchema>(
  definition: EventDefinition<S>,
  body: string,
): CloudEvent<Static<S>> {
  const event = parseJsonObject(body);
  if (event.specversion !== '1.0') throw new EventFormatError('not a CloudEvent: specversion is not "1.0"');
  if (event.type !== definition.type) {
    throw new EventFormatError(`expected type ${definition.type}, got ${String(event.type)}`);
  }
  const problems = definition.problems(event.data);
  if (problems.length > 0) throw new EventFormatError(`${definition.type}: ${problems.join('; ')}`);
  return event as unknown as CloudEvent<Static<S>>; // the checks above established the shape
}

function parseJsonObject(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new EventFormatError('not JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EventFormatError('not a JSON object');
  }
  return value as Record<string, unknown>;
}

import { createHash } from 'node:crypto';
import type { Static, TSchema } from 'typebox';
import type { Validator } from 'typebox/compile';
import type { Ignored, IgnoreReason, ParsedPayload, PushHint } from './sender.ts';

/** A body that is not what its sender sends. The message is a sentence for whoever configured the sender. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

/**
 * Reads a JSON body whatever its content type says: distribution sends `application/vnd.docker.distribution.events.v2+json`,
 * SNS `text/plain`. Fields the schema does not name pass by.
 * @throws PayloadError when it is not JSON or lacks what the schema asks for.
 */
export function readJson<S extends TSchema>(
  schema: Validator<Record<never, never>, S>,
  body: Buffer,
  what: string,
): Static<S> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new PayloadError(`The body is not JSON; expected ${what}.`, { cause });
  }
  if (schema.Check(value)) return value;
  const [problem] = schema.Errors(value);
  throw new PayloadError(`The body is not ${what}: ${problem?.instancePath || 'the body'} ${problem?.message}.`);
}

/** Sorts the events of a payload into hints and counted reasons, in their order. */
export function collect(events: readonly (PushHint | IgnoreReason)[]): ParsedPayload {
  const counts = new Map<IgnoreReason, number>();
  const hints: PushHint[] = [];
  for (const event of events) {
    if (typeof event === 'string') counts.set(event, (counts.get(event) ?? 0) + 1);
    else hints.push(event);
  }
  const ignored: readonly Ignored[] = [...counts].map(([reason, count]) => ({ reason, count }));
  return { hints, ignored };
}

/**
 * A delivery id for senders that give none: the same body delivered again has the same id, and each of its events its own.
 */
export function contentDeliveryId(source: string, body: Buffer, index: number): string {
  return `${createHash('sha256').update(source).update('\0').update(body).digest('hex')}-${index}`;
}

/**
 * An instant as events carry it. Senders write time zones and any number of fractional digits.
 * @returns undefined for what is no instant: a missing time must not lose a push.
 */
export function toInstant(text: string | undefined): string | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

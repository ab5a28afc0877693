import { createHash } from 'node:crypto';
import { type Static, type TSchema, Type } from 'typebox';
import type { Validator } from 'typebox/compile';
import type { Ignored, IgnoreReason, ParsedPayload, PushHint } from './sender.ts';

/** A body that is not what its sender sends. The message is a sentence for whoever configured the sender. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

/** Deepest nesting that is read. No sender goes beyond ten; what goes deeper was made to hurt a parser. */
const MAX_DEPTH = 64;

/** Most pushes in one delivery: each is a message to store before the sender has its answer, within its patience. */
const MAX_PUSHES = 1000;

/** A text that a sender may leave out or send as null. */
export const OptionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** A validator made by `Compile`. */
export type Compiled<S extends TSchema> = Validator<Record<never, never>, S>;

/**
 * Reads a JSON body whatever its content type says: distribution sends `application/vnd.docker.distribution.events.v2+json`,
 * SNS `text/plain`. Fields the schema does not name pass by.
 * @throws PayloadError when it is not JSON or lacks what the schema asks for.
 */
export function readJson<S extends TSchema>(schema: Compiled<S>, body: Buffer, what: string): Static<S> {
  const value = parseJson(body, what);
  if (schema.Check(value)) return value;
  const [problem] = schema.Errors(value);
  throw new PayloadError(`The body is not ${what}: ${problem?.instancePath || 'the body'} ${problem?.message}.`);
}

/**
 * Parses a JSON body without looking at what is in it.
 * @throws PayloadError when it is not JSON or nested too deeply.
 */
export function parseJson(body: Buffer, what: string): unknown {
  if (isDeeperThan(MAX_DEPTH, body)) throw new PayloadError(`The body is nested deeper than ${MAX_DEPTH} levels.`);
  const text = body.toString('utf8');
  try {
    // Some senders begin with a byte order mark, which JSON does not allow.
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (cause) {
    throw new PayloadError(`The body is not JSON; expected ${what}.`, { cause });
  }
}

/** JSON that is inside of a payload as text or bytes; undefined when it is none, or is nested too deeply. */
export function innerJson(data: Buffer): unknown {
  try {
    return parseJson(data, '');
  } catch (error) {
    if (error instanceof PayloadError) return undefined;
    throw error;
  }
}

/**
 * Sorts the events of a payload into hints and counted reasons, in their order.
 * @throws PayloadError when there are too many.
 */
export function collect(events: readonly (PushHint | IgnoreReason)[]): ParsedPayload {
  const counts = new Map<IgnoreReason, number>();
  const hints: PushHint[] = [];
  for (const event of events) {
    if (typeof event === 'string') counts.set(event, (counts.get(event) ?? 0) + 1);
    else hints.push(event);
  }
  if (hints.length > MAX_PUSHES) throw new PayloadError(`There are more than ${MAX_PUSHES} pushes in one delivery.`);
  const ignored: readonly Ignored[] = [...counts].map(([reason, count]) => ({ reason, count }));
  return { kind: 'pushes', hints, ignored };
}

/** The answer to a request that only tries whether the hook is there. */
export const TEST_ANSWER: ParsedPayload = { kind: 'answer', answer: { status: 'ok' } };

/**
 * A delivery id for senders that give none: the same body delivered again has the same id, and each of its events its own.
 * Only for bodies that say when the push was. Without a time the second push of a tag has the same body as the first, and
 * would be taken for its repetition: such a sender's deliveries are told apart by their arrival.
 */
export function contentDeliveryId(source: string, body: Buffer, index: number): string {
  return `${createHash('sha256').update(source).update('\0').update(body).digest('hex')}-${index}`;
}

/**
 * Ids for the events of a delivery that has one id or, from senders that say neither an id nor a time, none but that of its
 * arrival. What comes twice from those is two hints, which costs one more question to the registry; the other way round a
 * push would be lost.
 */
export function numberedId(deliveryId: string, index: number): string {
  return `${deliveryId}-${index}`;
}

/** Whether brackets outside of strings are nested deeper than the limit; says nothing about whether the text is JSON. */
function isDeeperThan(limit: number, body: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (++depth > limit) return true;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

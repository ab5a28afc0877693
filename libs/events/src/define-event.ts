import { createHash } from 'node:crypto';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** One kind of message on the bus. Publishers, consumers and the generated documentation all read this one object. */
export interface EventDefinition<S extends TSchema = TSchema> {
  /** Short name, the second token of the subject: `tag-updated`. */
  readonly name: string;
  /** CloudEvents `type`. A breaking change is a new type; fields are only ever added. */
  readonly type: string;
  /** One or two sentences for the generated documentation. */
  readonly description: string;
  /** JSON Schema of `data`. */
  readonly schema: S;
  /** Subject below the configured prefix, names encoded as single tokens. */
  readonly subject: (data: Static<S>) => string;
  /** What each token of the subject after the name means: `namespace`, `stream`, `tag`. */
  readonly tokenNames: readonly string[];
  /** Wildcard subject that matches every message of this kind, below the prefix. */
  readonly wildcard: string;
  /** Message id computed from the facts of `data`, so that publishing the same fact twice is one message. */
  readonly id: (data: Static<S>) => string;
  /** A valid example, shown in the documentation and used by tests. */
  readonly sample: Static<S>;
  /** Says what is wrong with a value, one sentence a problem; empty when it matches the schema. */
  readonly problems: (data: unknown) => readonly string[];
}

/** Payload type of an event definition. */
export type EventData<D> = D extends EventDefinition<infer S> ? Static<S> : never;

interface EventOptions<S extends TSchema> {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly schema: S;
  readonly tokens: (data: Static<S>) => readonly string[];
  readonly tokenNames: readonly string[];
  /** The facts that make this message the one it is. */
  readonly identity: (data: Static<S>) => readonly unknown[];
  readonly sample: NoInfer<Static<S>>;
}

/** Defines an event in one place: schema, subject, id and sample. */
export function defineEvent<S extends TSchema>(options: EventOptions<S>): EventDefinition<S> {
  const validator = Compile(options.schema);
  return {
    name: options.name,
    type: `io.tagstream.${options.name}.v${options.version}`,
    description: options.description,
    schema: options.schema,
    subject: (data) => [options.name, ...options.tokens(data).map(encodeToken)].join('.'),
    tokenNames: options.tokenNames,
    wildcard: `${options.name}.>`,
    id: (data) => digestOf([options.name, ...options.identity(data)]),
    sample: options.sample,
    problems: (data) =>
      validator.Check(data) ? [] : validator.Errors(data).map((e) => `${e.instancePath || 'data'} ${e.message}`),
  };
}

/**
 * Makes one subject token of a name. NATS splits subjects at dots and reserves `*`, `>` and white space, so these and
 * `%` are percent-encoded: `v1.2` becomes `v1%2E2`. Wildcards then work per namespace, stream and tag.
 */
export function encodeToken(name: string): string {
  if (name === '') return '%';
  return name.replace(/[%.*> \t\r\n\f\v]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** The name that {@link encodeToken} made a token of. */
export function decodeToken(token: string): string {
  return token === '%' ? '' : decodeURIComponent(token);
}

/** Hex SHA-256 over the JSON of the parts: equal facts, equal id; `undefined` counts as null. */
function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

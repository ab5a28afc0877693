import type { TSchema } from 'typebox';
import { Check } from 'typebox/value';

/** The parts of a JSON Schema that a variable can use. */
interface PlainSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly PlainSchema[];
  readonly items?: PlainSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
}

/**
 * Makes a value of the text of a variable: numbers are decimal, booleans `true` or `false`, arrays separated by commas.
 * @returns no value when the text does not match the schema.
 */
export function readValue(schema: TSchema, text: string): { readonly value: unknown } | { readonly invalid: true } {
  const value = convert(schema as PlainSchema, text.trim());
  return Check(schema, value) ? { value } : { invalid: true };
}

function convert(schema: PlainSchema, text: string): unknown {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'array':
      return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [convert(schema.items ?? {}, part.trim())]));
    default:
      return text;
  }
}

/** What values a schema allows, in words: `an integer from 1 to 65535`, `one of debug, info`. */
export function expectation(schema: TSchema): string {
  return inWords(schema as PlainSchema);
}

function inWords(schema: PlainSchema): string {
  const choices = schema.enum ?? schema.anyOf?.flatMap((one) => (one.const === undefined ? [] : [one.const]));
  if (choices && choices.length > 0) return `one of ${choices.join(', ')}`;
  switch (schema.type) {
    case 'integer':
      return `an integer${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list separated by commas, each ${inWords(schema.items ?? {})}`;
    default:
      if (schema.pattern) return `a text that matches ${schema.pattern}`;
      return (schema.minLength ?? 0) > 1 ? `a text of at least ${schema.minLength} characters` : 'a text';
  }
}

function range({ minimum, maximum }: PlainSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  if (maximum !== undefined) return ` of at most ${maximum}`;
  return '';
}

import { readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { ConfigError } from './config-error.ts';
import { expectation, readValue } from './config-value.ts';

/** One variable of the environment, declared once. Exactly one of `default`, `optional` or neither (it is required). */
export interface ConfigField<S extends TSchema = TSchema> {
  /** Name of the variable. */
  readonly env: string;
  /** Schema of the value: a string, number, integer, boolean, union of string literals, or array of strings. */
  readonly schema: S;
  readonly default?: NoInfer<Static<S>>;
  /** May be missing without a default; the value is then `undefined`. */
  readonly optional?: true;
  /** Never shown in errors or documentation; can also be read from the file that `<env>_FILE` names. */
  readonly secret?: boolean;
  readonly description: string;
}

type Fields = Readonly<Record<string, ConfigField>>;

/** The parsed configuration of a set of fields. */
export type ConfigOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends { readonly optional: true }
    ? Static<F[K]['schema']> | undefined
    : Static<F[K]['schema']>;
};

/** A variable as the documentation shows it. */
export interface ConfigVariable {
  readonly name: string;
  /** What values are allowed, in words. */
  readonly expected: string;
  readonly required: boolean;
  /** As it would be written in the environment; undefined when there is none. */
  readonly default: string | undefined;
  readonly secret: boolean;
  readonly description: string;
}

/** A configuration: its parser and its documentation. */
export interface ConfigDefinition<C> {
  /**
   * @param env normally `process.env`; an empty value counts as not set.
   * @param readFile reads the file of a `_FILE` variable.
   * @throws ConfigError listing every problem.
   */
  parse(env: Environment, readFile?: (path: string) => string): Readonly<C>;
  readonly variables: readonly ConfigVariable[];
}

/** Names and values as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Declares a field; only there so that the type of `default` follows from `schema`. */
export function field<S extends TSchema, const F extends ConfigField<S>>(declared: F & ConfigField<S>): F {
  return declared;
}

/** Makes a configuration of its fields. */
export function defineConfig<const F extends Fields>(fields: F): ConfigDefinition<ConfigOf<F>> {
  return {
    parse(env, readFile = (path) => readFileSync(path, 'utf8')) {
      const problems: string[] = [];
      const values: Record<string, unknown> = {};
      for (const [key, one] of Object.entries(fields)) {
        const result = readField(one, env, readFile);
        if ('problem' in result) problems.push(result.problem);
        else values[key] = result.value;
      }
      if (problems.length > 0) throw new ConfigError(problems);
      return Object.freeze(values) as ConfigOf<F>; // every field was read by its own schema
    },
    variables: Object.values(fields).map((one) => ({
      name: one.env,
      expected: expectation(one.schema),
      required: one.default === undefined && !one.optional,
      default: one.default === undefined ? undefined : String(one.default),
      secret: one.secret ?? false,
      description: one.description,
    })),
  };
}

type Read = { readonly value: unknown } | { readonly problem: string };

function readField(one: ConfigField, env: Environment, readFile: (path: string) => string): Read {
  const found = findText(one, env, readFile);
  if ('problem' in found) return found;
  if (found.text === undefined) {
    if (one.default !== undefined) return { value: one.default };
    if (one.optional) return { value: undefined };
    return { problem: `${one.env} is required: ${one.description} (expected ${expectation(one.schema)})` };
  }
  const read = readValue(one.schema, found.text);
  if ('value' in read) return read;
  const shown = one.secret ? 'has a value that is not shown here' : `is ${JSON.stringify(found.text)}`;
  return { problem: `${one.env} ${shown}: expected ${expectation(one.schema)}` };
}

function findText(
  one: ConfigField,
  env: Environment,
  readFile: (path: string) => string,
): { readonly text: string | undefined } | { readonly problem: string } {
  const text = env[one.env] || undefined;
  const fileVariable = `${one.env}_FILE`;
  const path = one.secret ? env[fileVariable] || undefined : undefined;
  if (path === undefined) return { text };
  if (text !== undefined) return { problem: `${one.env} and ${fileVariable} are both set: set only one of them` };
  try {
    return { text: readFile(path).replace(/\r?\n$/, '') };
  } catch (error) {
    return { problem: `${fileVariable} names a file that cannot be read: ${(error as Error).message}` };
  }
}

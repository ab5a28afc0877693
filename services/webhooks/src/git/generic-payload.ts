import type { Static, TSchema } from 'typebox';
import { parse } from 'yaml';
import { type Compiled, PayloadError, parseJson } from '../payload.ts';

/**
 * Largest YAML body that is read: some hundred variables need a tenth of it, and a YAML parser takes far longer for each byte
 * than a JSON parser does.
 */
const MAX_YAML_BYTES = 32 * 1024;

/**
 * JSON knows neither aliases nor the tags of YAML; without aliases a small text stays small. Comparing each key with all others
 * would take time with the square of their number; of two the later one counts, as in JSON.
 */
const YAML = { maxAliasCount: 0, schema: 'core', uniqueKeys: false, logLevel: 'error' } as const;

/** The value of a payload, or why there is none, in OpenShift's words up to the colon. */
export type GenericPayload<T> = { readonly value: T } | { readonly problem: string };

/**
 * Reads a JSON or YAML payload of a generic hook. Never throws: a payload that cannot be read only takes away what it would
 * have added to the build.
 */
export function readGenericPayload<S extends TSchema>(
  schema: Compiled<S>,
  body: Buffer,
  type: 'application/json' | 'application/yaml',
): GenericPayload<Static<S>> {
  const parsed = type === 'application/json' ? parsedJson(body) : parsedYaml(body);
  if ('problem' in parsed) return parsed;
  const { value } = parsed;
  if (schema.Check(value)) return { value };
  const [problem] = schema.Errors(value);
  return { problem: `error unmarshalling payload: ${problem?.instancePath || 'the payload'} ${problem?.message}` };
}

function parsedJson(body: Buffer): GenericPayload<unknown> {
  try {
    return { value: parseJson(body, 'a payload') };
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return { problem: `error unmarshalling payload: ${error.cause === undefined ? error.message : 'it is not JSON'}` };
  }
}

function parsedYaml(body: Buffer): GenericPayload<unknown> {
  const said = 'error converting payload to json:';
  if (body.length > MAX_YAML_BYTES) return { problem: `${said} YAML may have ${MAX_YAML_BYTES} bytes` };
  try {
    return { value: parse(body.toString('utf8'), YAML) };
  } catch {
    // The parser's own words quote the text. A text that is nested too deeply overflows its stack, which is caught here too.
    return { problem: `${said} it is not YAML` };
  }
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Static, TSchema } from 'typebox';
import { jsonPart } from '../formats/form-payload.ts';
import { type Compiled, PayloadError, readJson } from '../payload.ts';

/** What V8 says of a text that ends too early. */
const CUT_SHORT = /end of JSON input|Unterminated string/;

/**
 * Reads the JSON of a git host's delivery, also from a form.
 * @throws PayloadError when it is not JSON or not of that shape. OpenShift: a body that ends too early is answered with
 *   `unexpected end of JSON input`.
 */
export function readHookJson<S extends TSchema>(
  schema: Compiled<S>,
  body: Buffer,
  headers: IncomingHttpHeaders,
  what: string,
): Static<S> {
  try {
    return readJson(schema, jsonPart(body, headers), what);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    const { cause } = error;
    if (!(cause instanceof SyntaxError) || !CUT_SHORT.test(cause.message)) throw error;
    throw new PayloadError(`unexpected end of JSON input; expected ${what}`, { cause });
  }
}

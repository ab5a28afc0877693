import type { IncomingHttpHeaders } from 'node:http';
import { isForm } from '../formats/form-payload.ts';

/** A media type in lower case without its parameters, or why the header holds none. */
export type MediaType = { readonly type: string } | { readonly problem: string };

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;
const PARAMETER = /^\s*;\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\\r\n]|\\.)*"|[!#$%&'*+.^_`|~0-9A-Za-z-]+)/;

/**
 * Reads a Content-Type by the rules of Go's `mime.ParseMediaType`, on which the answers of OpenShift's hooks depend: a type
 * without subtype is one (`bad`), an empty subtype is not (`bad//bad`).
 */
export function mediaTypeOf(header: string): MediaType {
  const [type = '', ...rest] = header.split(';');
  const problem = typeProblem(type.trim().toLowerCase()) ?? parametersProblem(header.slice(type.length), rest.length);
  return problem === undefined ? { type: type.trim().toLowerCase() } : { problem: `mime: ${problem}` };
}

/**
 * What is wrong with the Content-Type of a git host's delivery; undefined when it is JSON.
 * @param takesForm whether a form with the JSON in its field `payload` is as good.
 */
export function contentTypeProblem(headers: IncomingHttpHeaders, takesForm: boolean): string | undefined {
  const given = headers['content-type'] ?? '';
  const media = mediaTypeOf(given);
  if ('problem' in media) return `non-parseable Content-Type ${shown(given)} (${media.problem})`;
  if (media.type === 'application/json' || (takesForm && isForm(headers))) return undefined;
  return `unsupported Content-Type ${shown(given)}`;
}

/** Longest part of a header that an answer repeats. */
const MAX_SHOWN = 100;

/** A value of a request as an answer may repeat it. */
export function shown(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

function typeProblem(type: string): string | undefined {
  const main = TOKEN.exec(type)?.[0];
  if (main === undefined) return 'no media type';
  if (main.length === type.length) return undefined;
  if (type[main.length] !== '/') return 'expected slash after first token';
  const subtype = TOKEN.exec(type.slice(main.length + 1))?.[0];
  if (subtype === undefined) return 'expected token after slash';
  return main.length + 1 + subtype.length === type.length ? undefined : 'unexpected content after media subtype';
}

function parametersProblem(parameters: string, mostParameters: number): string | undefined {
  const names = new Map<string, string>();
  let rest = parameters;
  for (let count = 0; count < mostParameters && rest.trim() !== '' && rest.trim() !== ';'; count++) {
    const [whole, name = '', value = ''] = PARAMETER.exec(rest) ?? [];
    if (whole === undefined) return 'invalid media parameter';
    if ((names.get(name.toLowerCase()) ?? value) !== value) return 'duplicate parameter name';
    names.set(name.toLowerCase(), value);
    rest = rest.slice(whole.length);
  }
  return rest.trim() === '' || rest.trim() === ';' ? undefined : 'invalid media parameter';
}

import type { IncomingHttpHeaders } from 'node:http';

/** The one value of a header; undefined when it is missing, empty or repeated in a way that makes a list of it. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

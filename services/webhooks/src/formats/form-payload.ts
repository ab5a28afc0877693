import type { IncomingHttpHeaders } from 'node:http';
import { PayloadError } from '../payload.ts';

/** Whether the body is a form, which is what GitHub, Gitea and Gogs send when asked for their other content type. */
export function isForm(headers: IncomingHttpHeaders): boolean {
  return /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '');
}

/**
 * The JSON of a delivery: the body, or the field `payload` of a form. A signature is over the form as it came.
 * @throws PayloadError for a form without that field.
 */
export function jsonPart(body: Buffer, headers: IncomingHttpHeaders): Buffer {
  if (!isForm(headers)) return body;
  const payload = new URLSearchParams(body.toString('utf8')).get('payload');
  if (payload === null) throw new PayloadError('The form has no field "payload"; choose the content type JSON.');
  return Buffer.from(payload);
}

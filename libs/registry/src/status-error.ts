import { type Asked, RegistryError, type RegistryErrorCode } from './errors.ts';
import { parseRateLimit, parseRetryAfter } from './rate-limit.ts';
import type { HttpResponse } from './transport.ts';

const CODES: Readonly<Record<number, readonly [RegistryErrorCode, string]>> = {
  400: ['invalid', 'calls the request invalid'],
  401: ['unauthorized', 'wants other credentials'],
  403: ['forbidden', 'does not allow access'],
  404: ['not_found', 'does not have it'],
  405: ['unsupported', 'does not support the request'],
  406: ['unsupported', 'has it in no format that is understood'],
  408: ['timeout', 'gave up waiting for the request'],
  429: ['rate_limited', 'asks to slow down'],
  451: ['forbidden', 'does not allow access'],
  501: ['unsupported', 'does not support the request'],
};

/** The error for an answer that is no success. Names the registry's own code when the body has one. */
export function toStatusError(response: HttpResponse, asked: Asked, nowMs: number): RegistryError {
  const { status, headers } = response;
  const [code, what] = CODES[status] ?? otherStatus(status);
  const registryCode = firstErrorCode(response.body);
  const retryAfterMs = parseRetryAfter(headers['retry-after'], nowMs);
  const rateLimit = parseRateLimit(headers);
  const reason = registryCode === undefined ? `status ${status}` : `status ${status}, ${registryCode}`;
  return new RegistryError(code, `${asked.host} ${what}: ${asked.what} of ${asked.repository} (${reason}).`, {
    host: asked.host,
    repository: asked.repository,
    status,
    ...(registryCode === undefined ? {} : { registryCode }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  });
}

function otherStatus(status: number): readonly [RegistryErrorCode, string] {
  if (status >= 500) return ['unavailable', 'has a problem of its own'];
  return ['invalid', 'gave an answer that makes no sense'];
}

/** `errors[0].code` of an error body (OCI distribution specification, "Error Codes"), when it looks like one. */
export function firstErrorCode(body: Uint8Array): string | undefined {
  try {
    const code = JSON.parse(Buffer.from(body).toString('utf8'))?.errors?.[0]?.code;
    return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

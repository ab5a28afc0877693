/** A Kubernetes `Status`, which OpenShift's hooks answer with wherever there is no Build. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Success' | 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly details?: object;
  readonly code: number;
}

/** Why an API server refuses something, by HTTP status. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  413: 'RequestEntityTooLarge',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** @param code HTTP status, 400 or above. */
export function failure(code: number, message: string, details?: object): Status {
  const reason = REASONS[code] ?? 'Unknown';
  const base = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const;
  return { ...base, message, reason, ...(details !== undefined && { details }), code };
}

/** OpenShift: a failure inside of the server names itself twice. */
export function internalFailure(message: string): Status {
  return failure(500, `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** Something was left out, or is still to come. @param code HTTP status, below 300. */
export function success(code: 200 | 202, message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', message, code };
}

/**
 * A warning as header (RFC 9110 dropped it, Kubernetes uses it: `299 - "text"`). OpenShift appends a second JSON document to the
 * Build instead, on which clients that read one document fail.
 */
export function warningHeader(text: string): string {
  return `299 - "${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}

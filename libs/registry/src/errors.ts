/**
 * Why a registry gave no answer that can be used. Closed: decide by this, never by the message.
 *
 * - `unauthorized`  401, or the token service refused the credentials
 * - `forbidden`     403
 * - `not_found`     404: no such repository, tag, digest or blob
 * - `rate_limited`  429; `retryAfterMs` when the registry said how long
 * - `unavailable`   no connection, no such host, connection lost, or a 5xx answer
 * - `timeout`       connecting, waiting for the answer or reading it took too long
 * - `tls`           the certificate cannot be trusted, or TLS failed otherwise
 * - `plain_http`    the registry speaks HTTP without TLS and that was not allowed
 * - `integrity`     content does not have the digest it was asked for or announced with
 * - `too_large`     an answer, or a list, exceeds its bound
 * - `unsupported`   a media type or a protocol that this client does not speak
 * - `invalid`       an answer that breaks the protocol, or a reference that cannot be asked for
 */
export type RegistryErrorCode =
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'rate_limited'
  | 'unavailable'
  | 'timeout'
  | 'tls'
  | 'plain_http'
  | 'integrity'
  | 'too_large'
  | 'unsupported'
  | 'invalid';

/** Codes that may go away by themselves. A truncated or tampered body is worth one more look, hence `integrity`. */
const RETRYABLE: ReadonlySet<RegistryErrorCode> = new Set(['rate_limited', 'unavailable', 'timeout', 'integrity']);

export interface RegistryErrorDetails {
  /** Host that was asked, with port when it has one. */
  readonly host?: string;
  /** Path of the repository on that host: `library/nginx`. */
  readonly repository?: string;
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** Code of the first error in the answer's body by the OCI distribution specification: `MANIFEST_UNKNOWN`. */
  readonly registryCode?: string;
  /** How long the registry asked to wait. */
  readonly retryAfterMs?: number;
  readonly rateLimit?: RateLimit;
  readonly cause?: unknown;
}

/** What is left of a registry's budget, from its `ratelimit-*` headers. */
export interface RateLimit {
  readonly limit?: number;
  readonly remaining?: number;
  /** Length of the window that the numbers count in. */
  readonly windowMs?: number;
}

/**
 * The only error that this library makes; besides it the reason of an aborted signal comes through. The message names host and
 * repository and says what to do; it never holds a password, a token or the query of a URL.
 */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly retryable: boolean;
  readonly host: string | undefined;
  readonly repository: string | undefined;
  readonly status: number | undefined;
  readonly registryCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly rateLimit: RateLimit | undefined;

  constructor(code: RegistryErrorCode, message: string, details: RegistryErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.host = details.host;
    this.repository = details.repository;
    this.status = details.status;
    this.registryCode = details.registryCode;
    this.retryAfterMs = details.retryAfterMs;
    this.rateLimit = details.rateLimit;
  }
}

/** What was asked for, for messages: `tag latest`, `manifest sha256:…`, `the tags`. */
export interface Asked {
  readonly host: string;
  readonly repository: string;
  readonly what: string;
}

/**
 * The error with the place it belongs to in its message and fields, for one that was thrown where the place is not known.
 * Anything else is given back as it is.
 */
export function locateError(error: unknown, { host, repository, what }: Asked): unknown {
  if (!(error instanceof RegistryError) || error.repository !== undefined) return error;
  const at = error.host === undefined ? ` at ${host}` : '';
  return new RegistryError(error.code, `${error.message.replace(/\.$/, '')}: ${what} of ${repository}${at}.`, {
    host: error.host ?? host,
    repository,
    cause: error.cause,
  });
}

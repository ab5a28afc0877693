/**
 * Why a call failed.
 * - `conflict`: the object changed since it was read, or a `test` of a JSON patch did not hold. Read and compute anew.
 * - `gone`: the resourceVersion or continue token is too old. List anew.
 * - `invalid`: the API server, or this client before sending, refused what was asked for.
 * - `unsupported`: the API server does not know this verb or content type here.
 * - `timeout`: no answer in time. A write may have happened all the same.
 * - `unavailable`: no answer because the connection failed, or an answer of a server that is starting or overloaded. A
 *   write may have happened all the same.
 */
export type KubeErrorCode =
  | 'not_found'
  | 'already_exists'
  | 'conflict'
  | 'invalid'
  | 'forbidden'
  | 'unauthorized'
  | 'unsupported'
  | 'gone'
  | 'rate_limited'
  | 'timeout'
  | 'unavailable'
  | 'unknown';

/** A cause of a refusal as the API server lists it (`Status.details.causes`). */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** `Status.details` of an API server's answer: what the refusal was about. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
}

interface KubeErrorFacts {
  /** HTTP status; absent when there was no answer. */
  readonly status?: number;
  /** `Status.reason` of the answer: `AlreadyExists`. */
  readonly reason?: string;
  /** How long the API server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly details?: StatusDetails;
  readonly cause?: unknown;
}

/**
 * Codes after which the same intent may succeed later, when it is computed anew from fresh reads. `unauthorized` is one:
 * tokens rotate and authenticators have outages, and it says nothing about the object. `forbidden` is not: it also stands
 * for a full quota and a namespace that is being deleted.
 */
const RETRYABLE: ReadonlySet<KubeErrorCode> = new Set<KubeErrorCode>([
  'conflict',
  'gone',
  'rate_limited',
  'timeout',
  'unavailable',
  'unauthorized',
  'unknown',
]);

/** The only error that calls to Kubernetes throw, apart from the reason of an aborted signal. Decide by `code`. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  /** True when the same intent may succeed later, computed anew from fresh reads. */
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly details: StatusDetails;

  constructor(code: KubeErrorCode, message: string, facts: KubeErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = facts.status;
    this.reason = facts.reason;
    this.retryAfterMs = facts.retryAfterMs;
    this.details = facts.details ?? {};
  }
}

/** Whether a caught value is a {@link KubeError} with one of these codes. */
export function isKubeError(error: unknown, ...codes: readonly KubeErrorCode[]): error is KubeError {
  return error instanceof KubeError && (codes.length === 0 || codes.includes(error.code));
}

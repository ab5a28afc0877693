import { asRecord } from './as-record.ts';
import { KubeError, type KubeErrorCode, type StatusCause, type StatusDetails } from './kube-error.ts';

/** A refusal as it came over HTTP, or as the `Status` object of a watch's ERROR event. */
export interface Refusal {
  /** What was asked for: `GET /api/v1/pods`. */
  readonly request: string;
  readonly status: number;
  /** `Retry-After`, seconds or an HTTP date. */
  readonly retryAfter?: string | undefined;
  /** Parsed `Status` object, or the text of any other body. */
  readonly body: unknown;
}

/** A page of text (of a proxy, say) is cut here: enough to recognise it in a log. */
const MAX_TEXT_LENGTH = 300;

const BY_STATUS: Readonly<Record<number, KubeErrorCode>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'unsupported',
  406: 'unsupported',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  413: 'invalid',
  415: 'unsupported',
  422: 'invalid',
  429: 'rate_limited',
  501: 'unsupported',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
};

/** The error that a refusal means. `nowMs` is needed for a `Retry-After` that is a date. */
export function answerError(refusal: Refusal, nowMs: number): KubeError {
  const status = asRecord(refusal.body);
  const reason = textOf(status?.reason);
  const text = typeof refusal.body === 'string' ? refusal.body.trim().slice(0, MAX_TEXT_LENGTH) : '';
  const message = textOf(status?.message) ?? (text === '' ? 'no explanation' : text);
  const details = asRecord(status?.details);
  const retryAfterMs = retryAfter(refusal.retryAfter, details, nowMs);
  const code = reason === 'AlreadyExists' ? 'already_exists' : (BY_STATUS[refusal.status] ?? 'unknown');
  const label = reason === undefined ? `${refusal.status}` : `${refusal.status} ${reason}`;
  return new KubeError(code, `${refusal.request} answered ${label}: ${message}`, {
    status: refusal.status,
    details: statusDetails(details),
    ...(reason === undefined ? {} : { reason }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * Whether a refusal of a JSON patch means that it could not be carried out on the object as it now is: a `test` did not
 * hold, or a path does not exist. The API server (1.36) answers both with a bare 422 that names neither object nor field,
 * whereas a patched object that fails validation is refused with its kind and causes.
 */
export function isInapplicablePatch(error: KubeError): boolean {
  return error.status === 422 && error.details.kind === undefined && error.details.causes === undefined;
}

function retryAfter(
  header: string | undefined,
  details: Record<string, unknown> | undefined,
  nowMs: number,
): number | undefined {
  if (header !== undefined && /^\d+$/.test(header)) return Number(header) * 1000;
  const date = header === undefined ? Number.NaN : Date.parse(header);
  if (!Number.isNaN(date)) return Math.max(0, date - nowMs);
  const seconds = details?.retryAfterSeconds;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined;
}

function statusDetails(details: Record<string, unknown> | undefined): StatusDetails {
  const causes = details?.causes;
  return {
    ...pick(details, 'name', 'group', 'kind', 'uid'),
    ...(Array.isArray(causes) ? { causes: causes.map((cause) => statusCause(asRecord(cause))) } : {}),
  };
}

function statusCause(cause: Record<string, unknown> | undefined): StatusCause {
  return pick(cause, 'reason', 'message', 'field');
}

function pick<K extends string>(
  from: Record<string, unknown> | undefined,
  ...keys: readonly K[]
): { [P in K]?: string } {
  const picked: { [P in K]?: string } = {};
  for (const key of keys) {
    const value = textOf(from?.[key]);
    if (value !== undefined) picked[key] = value;
  }
  return picked;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

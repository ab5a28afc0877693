import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { BusError, type BusErrorCode } from './bus-error.ts';

/** JetStream's own error numbers (nats-server's errors.json) that mean something to a caller. */
const API_CODES: ReadonlyMap<number, BusErrorCode> = new Map([
  [10005, 'unavailable'], // no suitable peers for placement
  [10006, 'unavailable'], // cluster not available
  [10008, 'unavailable'], // JetStream temporarily unavailable
  [10009, 'unavailable'], // not the leader
  [10023, 'unavailable'], // insufficient resources
  [10047, 'unavailable'], // insufficient storage
  [10077, 'unavailable'], // the store is full
  [10039, 'unsupported_server'], // JetStream not enabled for the account
  [10076, 'unsupported_server'], // JetStream not enabled
  [10074, 'unsupported_server'], // replicas > 1 without a cluster
  [10052, 'conflict'], // the stream cannot be changed so
  [10058, 'conflict'], // stream name in use with other settings
  [10065, 'conflict'], // subjects overlap with another stream
  [10054, 'too_large'], // message size exceeds maximum allowed
  [10059, 'no_stream'],
  [10071, 'wrong_sequence'],
  [10164, 'wrong_sequence'], // the same, for a subject whose last sequence is not known yet
]);

/**
 * Makes a BusError of whatever the client library threw.
 * @param what what was tried, the start of the message: `publish to tagstream.rollout.shop.web`.
 */
export function toBusError(error: unknown, what: string): BusError {
  if (error instanceof BusError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const fail = (code: BusErrorCode, why: string) => new BusError(code, `${what}: ${why}`, { cause });

  // JetStream that an account may not use is reported as an error around the server's answer.
  const answer = cause instanceof JetStreamApiError ? cause : cause.cause;
  if (answer instanceof JetStreamApiError) {
    const code = apiCode(answer);
    // A request that the server refuses as wrong stays wrong.
    const refused = code === 'unknown' && answer.status < 500 ? { retryable: false } : {};
    return new BusError(code, `${what}: ${answer.message}`, { cause, ...refused });
  }
  if (cause instanceof errors.ClosedConnectionError || cause instanceof errors.DrainingConnectionError) {
    return fail('closed', 'the connection is closed');
  }
  if (cause instanceof errors.TimeoutError) return fail('unavailable', 'no answer in time');
  if (cause instanceof errors.ConnectionError) return fail('unavailable', cause.message);
  if (cause instanceof errors.InvalidArgumentError && cause.message.includes('max_payload')) {
    return fail('too_large', 'larger than the max_payload of the server');
  }
  if (isNoResponders(cause)) return fail('no_stream', 'nobody takes this subject: does the stream exist?');
  if (cause instanceof JetStreamError) return fail('unavailable', cause.message);
  return fail('unknown', cause.message);
}

/** Whether the server said that nobody listens: no stream for a subject, or no JetStream behind its API. */
export function isNoResponders(error: unknown): boolean {
  if (error instanceof errors.NoRespondersError) return true;
  return error instanceof Error && error.cause !== undefined && isNoResponders(error.cause);
}

/** Whether JetStream answered with this error number. */
export function hasApiCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}

function apiCode(error: JetStreamApiError): BusErrorCode {
  return API_CODES.get(error.code) ?? (error.status === 503 ? 'unavailable' : 'unknown');
}

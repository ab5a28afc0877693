/**
 * Every way in which the bus can fail.
 *
 * - `unavailable`: no connection, no answer in time, or the server is short of resources; trying again may help.
 * - `wrong_sequence`: the subject's last message is not the expected one; read it again and decide anew.
 * - `conflict`: a compare-and-set on a key failed, or a stream exists in a way that cannot be changed to what is asked.
 * - `no_stream`: no stream takes this subject, or the stream does not exist (yet).
 * - `too_large`: the message is larger than the server or the stream accepts.
 * - `unsupported_server`: the server is too old, or JetStream is not enabled on it.
 * - `closed`: this bus has been closed, or the caller's signal was aborted.
 * - `unknown`: anything else; the cause tells.
 */
export type BusErrorCode =
  | 'unavailable'
  | 'wrong_sequence'
  | 'conflict'
  | 'no_stream'
  | 'too_large'
  | 'unsupported_server'
  | 'closed'
  | 'unknown';

/** Codes after which the same call can succeed without anybody changing anything. */
const RETRYABLE: ReadonlySet<BusErrorCode> = new Set(['unavailable', 'no_stream', 'unknown']);

/** The only error that leaves this library. */
export class BusError extends Error {
  override readonly name = 'BusError';
  readonly code: BusErrorCode;
  /** Whether trying the same call again can help. */
  readonly retryable: boolean;

  constructor(code: BusErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(`${code}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
  }
}

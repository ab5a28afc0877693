/** What can go wrong with a server; decide by this, never by the text. */
export type ServersErrorCode =
  /** Neither the server nor a way to get it is on this machine. */
  | 'not_installed'
  | 'build_failed'
  /** The process ended, or was not ready in time. */
  | 'start_failed'
  /** Another process listens on the port. */
  | 'port_taken'
  /** A server answered a request with an error. */
  | 'request_failed'
  /** A named outcome did not come in time. */
  | 'timeout';

/** The one error of this library. The message begins with what was wrong and says what to do or where to look. */
export class ServersError extends Error {
  override readonly name = 'ServersError';
  readonly code: ServersErrorCode;
  /** True where the same call may succeed when it is made again. */
  readonly retryable: boolean;

  constructor(code: ServersErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = code === 'port_taken' || code === 'timeout';
  }
}

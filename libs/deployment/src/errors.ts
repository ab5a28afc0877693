/** What went wrong in a rule: the stored object cannot be worked with as it is. */
export type DeploymentErrorCode =
  /** The configuration recorded in a ReplicationController cannot be read. */
  'undecodable_config';

/** The error of this library. Repeating the same call gives the same error: not retryable. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  readonly code: DeploymentErrorCode;
  readonly retryable = false;

  constructor(code: DeploymentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

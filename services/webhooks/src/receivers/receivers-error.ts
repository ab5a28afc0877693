/** The receivers file, or a secret it refers to, cannot be used. The message lists every problem, one sentence a line. */
export class ReceiversError extends Error {
  override readonly name = 'ReceiversError';
  readonly code = 'invalid_receivers';
  readonly retryable = false;
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

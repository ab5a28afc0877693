/** It cannot be told now whether a request is authentic: the keys for it could not be fetched. Another try may succeed. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
  readonly code = 'keys_unavailable';
  readonly retryable = true;
}

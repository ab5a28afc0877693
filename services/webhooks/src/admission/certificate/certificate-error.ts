/**
 * Why there is no certificate to serve with, or why nobody trusts it yet.
 * - `unusable`: what was found is no certificate with its key
 * - `contended`: other replicas wrote at the same time again and again
 * - `not-trusted`: the webhook configuration is not there or could not be given our authority
 */
export type CertificateErrorCode = 'unusable' | 'contended' | 'not-trusted';

/** The only error of this folder. Always worth another try: files and objects are put right by others. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly retryable = true;
  readonly code: CertificateErrorCode;

  constructor(code: CertificateErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

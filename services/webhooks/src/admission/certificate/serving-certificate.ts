import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { CertificateError } from './certificate-error.ts';

/** A certificate chain and its key as PEM, known to fit each other. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate, hex digits with colons. */
  readonly fingerprint: string;
  readonly expiresAtMs: number;
}

/**
 * Checks a certificate and its key, as PEM. An expired one passes: the API server judges that.
 * @param where names the source in the message of the error.
 * @throws CertificateError `unusable` when either does not parse or they do not belong together.
 */
export function servingCertificate(cert: string, key: string, where: string): ServingCertificate {
  try {
    createSecureContext({ cert, key });
    const { fingerprint256, validToDate } = new X509Certificate(cert);
    return { cert, key, fingerprint: fingerprint256, expiresAtMs: validToDate.getTime() };
  } catch (cause) {
    throw new CertificateError('unusable', `${where} holds no certificate with its key in PEM`, cause);
  }
}

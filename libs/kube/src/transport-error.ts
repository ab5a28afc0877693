import { KubeError, type KubeErrorCode } from './kube-error.ts';

const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** The connection could not be made or did not last; whether the request was carried out is not known. */
const LOST: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_TLS',
  'UND_ERR_PRX_CONN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Of OpenSSL's verification and of Node's check of the name in the certificate. */
const CERTIFICATE = /CERT|ERR_TLS|UNABLE_TO_|SELF_SIGNED|ERR_SSL/;

/** The error that a failure below HTTP means. `request` is what was asked for: `GET /api/v1/pods`. */
export function transportError(request: string, error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  const { code, text } = describe(error);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return new KubeError('unavailable', `${request}: the client is closed`, { cause: error });
  }
  if (CERTIFICATE.test(code) && !LOST.has(code)) {
    const hint = 'check certificate-authority and tls-server-name of the kubeconfig';
    return new KubeError('unavailable', `${request}: the API server's certificate was refused: ${text}: ${hint}`, {
      cause: error,
    });
  }
  return new KubeError(classify(code), `${request}: ${text}`, { cause: error });
}

function classify(code: string): KubeErrorCode {
  if (TIMEOUTS.has(code)) return 'timeout';
  return LOST.has(code) ? 'unavailable' : 'unknown';
}

/** Node's errors carry a `code`; that of several failed addresses has an empty message. */
function describe(error: unknown): { code: string; text: string } {
  if (!(error instanceof Error)) return { code: '', text: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, text: error.message || code || error.name };
}

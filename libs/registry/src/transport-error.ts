import { RegistryError, type RegistryErrorCode } from './errors.ts';

interface Meaning {
  readonly pattern: RegExp;
  readonly code: RegistryErrorCode;
  readonly what: string;
}

/** Error codes of Node, OpenSSL and undici by what they mean here; the first that fits counts. */
const MEANINGS: readonly Meaning[] = [
  {
    pattern: /^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    code: 'timeout',
    what: 'did not accept a connection in time',
  },
  { pattern: /^UND_ERR_HEADERS_TIMEOUT$/, code: 'timeout', what: 'did not answer in time' },
  { pattern: /^UND_ERR_BODY_TIMEOUT$/, code: 'timeout', what: 'stopped sending in the middle of an answer' },
  {
    pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER|HTTP_REQUEST/,
    code: 'plain_http',
    what: 'speaks HTTP without TLS; set importPolicy.insecure if that is meant',
  },
  {
    pattern:
      /^(?:CERT|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH|EPROTO|INVALID_CA|PATH_LENGTH)/,
    code: 'tls',
    what: 'has no certificate that can be trusted, or fails at TLS',
  },
  { pattern: /^(?:ENOTFOUND|EAI_)/, code: 'unavailable', what: 'cannot be found by name' },
  { pattern: /^ECONNREFUSED$/, code: 'unavailable', what: 'refuses connections' },
  {
    pattern: /^(?:HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_INVALID_ARG)/,
    code: 'invalid',
    what: 'does not answer in HTTP',
  },
  { pattern: /^/, code: 'unavailable', what: 'cannot be reached, or broke the connection' },
];

/**
 * Names the failure to get an answer from a host. The message holds nothing that changes from try to try, such as an
 * address or a duration, because it becomes the message of a condition that is only written when it differs.
 *
 * @param isProxied requests may go through a proxy, which then may be what has failed.
 */
export function toTransportError(cause: unknown, host: string, isProxied = false): RegistryError {
  if (cause instanceof RegistryError) return cause;
  const refusal = proxyRefusal(cause);
  if (refusal !== undefined) {
    return new RegistryError('unavailable', `${host} cannot be reached: the proxy answers ${refusal}.`, {
      host,
      cause,
    });
  }
  const code = codeOf(cause);
  const meaning = MEANINGS.find(({ pattern }) => pattern.test(code)) as Meaning; // the last pattern fits everything
  const suffix = `${code === '' ? '' : ` (${code})`}${isProxied ? '; a proxy is set and may be the cause' : ''}`;
  return new RegistryError(meaning.code, `${host} ${meaning.what}${suffix}.`, { host, cause });
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, cause, message } = error as { code?: unknown; cause?: unknown; message?: unknown };
  if (typeof code === 'string' && code !== 'EPROTO') return code;
  // OpenSSL's reason stands only in the message of an EPROTO.
  if (typeof message === 'string' && /wrong version number|packet length too long/i.test(message)) {
    return 'ERR_SSL_WRONG_VERSION_NUMBER';
  }
  return typeof code === 'string' ? code : codeOf(cause);
}

/** The status with which a proxy refused to connect; undici tells it in the message only. */
function proxyRefusal(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const status = /^Proxy response \((\d{3})\)/.exec(cause.message)?.[1];
  if (status !== undefined) return `status ${status} to CONNECT`;
  return /^Proxy Authentication Required/.test(cause.message) ? 'status 407' : undefined;
}

import { describe, expect, test } from 'vitest';
import { locateError, RegistryError } from '../src/errors.ts';
import { toTransportError } from '../src/transport-error.ts';

const failure = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('toTransportError', () => {
  test.each([
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['ENOTFOUND', 'unavailable'],
    ['EAI_AGAIN', 'unavailable'],
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'unavailable'],
    ['EHOSTUNREACH', 'unavailable'],
    ['UND_ERR_SOCKET', 'unavailable'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'plain_http'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'plain_http'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls'],
    ['HPE_INVALID_CONSTANT', 'invalid'],
    ['UND_ERR_HEADERS_OVERFLOW', 'invalid'],
  ])('%s is %s', (code, expected) => {
    const error = toTransportError(failure(code), 'r.io');

    expect(error).toMatchObject({ code: expected, host: 'r.io' });
    expect(error.message).toMatch(new RegExp(`^r\\.io .* \\(${code}\\)\\.$`));
  });

  test('finds the reason of OpenSSL in the message of an EPROTO', () => {
    const message = 'write EPROTO 8090:error:0A00010B:SSL routines:ssl3_get_record:wrong version number';

    expect(toTransportError(failure('EPROTO', message), 'r.io').code).toBe('plain_http');
    expect(toTransportError(failure('EPROTO', 'write EPROTO: handshake failure'), 'r.io').code).toBe('tls');
  });

  test('finds the code in the cause', () => {
    expect(toTransportError(new Error('failed', { cause: failure('ENOTFOUND') }), 'r.io').message).toContain('by name');
  });

  test('keeps an error that is one already, and the cause of any other', () => {
    const known = new RegistryError('too_large', 'x');
    const unknown = new Error('boom');

    expect(toTransportError(known, 'r.io')).toBe(known);
    expect(toTransportError(unknown, 'r.io')).toMatchObject({ code: 'unavailable', cause: unknown });
    expect(toTransportError('text', 'r.io').code).toBe('unavailable');
  });
});

describe('locateError', () => {
  const place = { host: 'r.io', repository: 'app', what: 'tag v1' };

  test.each([
    [
      'without a place',
      new RegistryError('invalid', 'The manifest is not JSON.'),
      'The manifest is not JSON: tag v1 of app at r.io.',
    ],
    ['with a host', new RegistryError('tls', 'cdn.io fails.', { host: 'cdn.io' }), 'cdn.io fails: tag v1 of app.'],
  ])('says where an error %s belongs', (_, error, message) => {
    expect(locateError(error, place)).toMatchObject({
      code: error.code,
      message,
      host: error.host ?? 'r.io',
      repository: 'app',
    });
  });

  test.each([new RegistryError('not_found', 'x', { repository: 'app' }), new Error('x'), 'x'])(
    'leaves %s alone',
    (error) => {
      expect(locateError(error, place)).toBe(error);
    },
  );
});

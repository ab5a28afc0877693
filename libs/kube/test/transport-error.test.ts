import { KubeError, type KubeErrorCode } from '@tagstream/kube';
import { expect, test } from 'vitest';
import { transportError } from '../src/transport-error.ts';

function errorWith(code: string, message = 'it broke'): Error {
  return Object.assign(new Error(message), { code });
}

test.each<[string, unknown, KubeErrorCode]>([
  ['a refused connection', errorWith('ECONNREFUSED'), 'unavailable'],
  ['a reset connection', errorWith('ECONNRESET'), 'unavailable'],
  ['a socket closed by the other side', errorWith('UND_ERR_SOCKET'), 'unavailable'],
  ['a name that does not resolve', errorWith('ENOTFOUND'), 'unavailable'],
  ['a connection attempt without answer', errorWith('UND_ERR_CONNECT_TIMEOUT'), 'unavailable'],
  ['a closed client', errorWith('UND_ERR_DESTROYED'), 'unavailable'],
  ['a certificate of an unknown authority', errorWith('SELF_SIGNED_CERT_IN_CHAIN'), 'unavailable'],
  ['a certificate for another name', errorWith('ERR_TLS_CERT_ALTNAME_INVALID'), 'unavailable'],
  ['a body that stops', errorWith('UND_ERR_BODY_TIMEOUT'), 'timeout'],
  ['anything else', errorWith('ESOMETHING'), 'unknown'],
  ['what is no Error', 'oops', 'unknown'],
])('%s', (_name, cause, code) => {
  const error = transportError('GET /api/v1/pods', cause);
  expect(error.code).toBe(code);
  expect(error.retryable).toBe(true);
  expect(error.message).toMatch(/^GET \/api\/v1\/pods: ./);
  expect(error.cause).toBe(cause);
});

test('several failed addresses have no message of their own: the code is shown', () => {
  const cause = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
  expect(transportError('GET /x', cause).message).toBe('GET /x: ECONNREFUSED');
});

test('a refused certificate says what to check', () => {
  const error = transportError('GET /x', errorWith('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify'));
  expect(error.message).toMatch(/certificate was refused: unable to verify: check certificate-authority/);
});

test('an error of ours passes unchanged', () => {
  const error = new KubeError('gone', 'too old');
  expect(transportError('GET /x', error)).toBe(error);
});

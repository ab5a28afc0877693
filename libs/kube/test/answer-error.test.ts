import type { KubeErrorCode } from '@tagstream/kube';
import { describe, expect, test } from 'vitest';
import { answerError, isInapplicablePatch } from '../src/answer-error.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function errorOf(status: number, body: unknown = '', retryAfter?: string) {
  return answerError({ request: 'GET /api/v1/pods', status, body, retryAfter }, NOW);
}

describe('the error of a refusal', () => {
  test.each<[number, string | undefined, KubeErrorCode, boolean]>([
    [400, 'BadRequest', 'invalid', false],
    [401, 'Unauthorized', 'unauthorized', true],
    [403, 'Forbidden', 'forbidden', false],
    [404, 'NotFound', 'not_found', false],
    [404, undefined, 'not_found', false],
    [405, 'MethodNotAllowed', 'unsupported', false],
    [406, 'NotAcceptable', 'unsupported', false],
    [409, 'AlreadyExists', 'already_exists', false],
    [409, 'Conflict', 'conflict', true],
    [410, 'Expired', 'gone', true],
    [410, 'Gone', 'gone', true],
    [413, 'RequestEntityTooLarge', 'invalid', false],
    [415, 'UnsupportedMediaType', 'unsupported', false],
    [422, 'Invalid', 'invalid', false],
    [429, 'TooManyRequests', 'rate_limited', true],
    [500, 'InternalError', 'unknown', true],
    [502, undefined, 'unavailable', true],
    [503, 'ServiceUnavailable', 'unavailable', true],
    [504, 'Timeout', 'timeout', true],
    [302, undefined, 'unknown', true],
  ])('%i %s is %s', (status, reason, code, retryable) => {
    const error = errorOf(status, reason === undefined ? '' : { kind: 'Status', reason, message: 'because' });
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code, retryable });
    expect(error.status).toBe(status);
    expect(error.reason).toBe(reason);
  });

  test('names what was asked for and the message of the API server', () => {
    const body = { kind: 'Status', reason: 'NotFound', message: 'pods "web" not found' };
    expect(errorOf(404, body).message).toBe('GET /api/v1/pods answered 404 NotFound: pods "web" not found');
  });

  test('shows the beginning of a page that is no Status', () => {
    expect(errorOf(502, `<h1>Bad gateway</h1>${'.'.repeat(1000)}`).message).toMatch(/502: <h1>Bad gateway<\/h1>\.+$/);
    expect(errorOf(502, '.'.repeat(1000)).message.length).toBeLessThan(400);
    expect(errorOf(502, '').message).toBe('GET /api/v1/pods answered 502: no explanation');
  });

  test.each<[string, string | undefined, object | undefined, number | undefined]>([
    ['seconds', '7', undefined, 7_000],
    ['a date', 'Thu, 01 Jan 2026 00:00:05 GMT', undefined, 5_000],
    ['a date that has passed', 'Wed, 31 Dec 2025 00:00:05 GMT', undefined, 0],
    ['nonsense', 'soon', undefined, undefined],
    ['only in the Status', undefined, { retryAfterSeconds: 3 }, 3_000],
    ['nowhere', undefined, {}, undefined],
  ])('when to try again: %s', (_name, header, details, expected) => {
    expect(errorOf(429, { message: 'slow down', details }, header).retryAfterMs).toBe(expected);
  });

  test('keeps details and causes, and nothing that is not a text', () => {
    const details = {
      name: 'web',
      kind: 'pods',
      uid: 7,
      causes: [{ reason: 'FieldValueInvalid', field: 'spec', x: 1 }, null],
    };
    expect(errorOf(422, { details }).details).toEqual({
      name: 'web',
      kind: 'pods',
      causes: [{ reason: 'FieldValueInvalid', field: 'spec' }, {}],
    });
  });
});

test.each([
  ['a bare 422 is a patch that does not apply', 422, { reason: 'Invalid', details: {} }, true],
  [
    'a 422 that names the kind is a validation error',
    422,
    { reason: 'Invalid', details: { kind: 'Pod', causes: [] } },
    false,
  ],
  ['a 409 is not a patch that does not apply', 409, { reason: 'Conflict', details: {} }, false],
])('%s', (_name, status, body, expected) => {
  expect(isInapplicablePatch(errorOf(status, body))).toBe(expected);
});

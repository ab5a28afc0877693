import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { BusError } from '@tagstream/bus';
import { expect, test } from 'vitest';
import { toBusError } from '../src/to-bus-error.ts';

const api = (err_code: number, code = 400) =>
  new JetStreamApiError({ err_code, code, description: 'as the server says' });

test.each([
  ['a stale expected sequence', api(10071), 'wrong_sequence', false],
  ['a stream that does not exist', api(10059), 'no_stream', true],
  ['a message beyond the stream limit', api(10054), 'too_large', false],
  ['a server short of resources', api(10023, 503), 'unavailable', true],
  ['an unknown error with status 503', api(19999, 503), 'unavailable', true],
  ['a request that the API refuses', api(19999), 'unknown', false],
  ['an unknown failure of the API', api(19999, 500), 'unknown', true],
  ['overlapping subjects', api(10065), 'conflict', false],
  ['an account without JetStream', new Error('wrapped', { cause: api(10039) }), 'unsupported_server', false],
  ['no answer', new errors.TimeoutError(), 'unavailable', true],
  ['a closed connection', new errors.ClosedConnectionError(), 'closed', false],
  ['a draining connection', new errors.DrainingConnectionError(), 'closed', false],
  [
    'nobody behind a subject',
    new errors.RequestError('x', { cause: new errors.NoRespondersError('s') }),
    'no_stream',
    true,
  ],
  ['an interrupted pull', new JetStreamError('heartbeats missed'), 'unavailable', true],
  ['what is no error at all', 'text', 'unknown', true],
])('%s becomes a BusError', (_, error, code, retryable) => {
  const busError = toBusError(error, 'publish to a.b');

  expect(busError).toMatchObject({ name: 'BusError', code, retryable });
  expect(busError.message).toMatch(new RegExp(`^${code}: publish to a\\.b: .`));
  expect(busError.cause).toBeInstanceOf(Error);
});

test('a BusError stays as it is', () => {
  const error = new BusError('conflict', 'already there');

  expect(toBusError(error, 'anything')).toBe(error);
});

import { describe, expect, test } from 'vitest';
import { readAccess } from '../src/credentials.ts';

const read = (servers: string | readonly string[], more = {}) => readAccess({ servers, name: 'test', ...more });

test.each([
  ['one address', 'nats://a:4222', ['nats://a:4222']],
  ['several, separated by commas', 'nats://a:4222, tls://b:4222,', ['nats://a:4222', 'tls://b:4222']],
  ['a list', ['a:1', 'nats://b'], ['nats://a:1', 'nats://b']],
  ['an address of version 6', 'nats://[::1]:4222', ['nats://[::1]:4222']],
  ['credentials are taken out', 'nats://user:p%40ss@a:4222', ['nats://a:4222']],
])('%s', (_, servers, expected) => {
  expect(read(servers).servers).toEqual(expected);
});

test.each([
  ['nats://a', false],
  ['nats://a,tls://b', true],
])('%s insists on TLS: %s', (servers, expected) => {
  expect(read(servers).tls).toBe(expected);
});

describe('who we are', () => {
  test.each([
    ['nobody', 'nats://a', {}, undefined],
    ['user and password of the address, decoded', 'nats://us%20er:p%40ss@a', {}, { user: 'us er', pass: 'p@ss' }],
    ['a user alone is a token', 'nats://t0ken@a', {}, { auth_token: 't0ken' }],
    ['a token given beside the address', 'nats://a', { token: 'given' }, { auth_token: 'given' }],
    ['which goes before what the address says', 'nats://user:pass@a', { token: 'given' }, { auth_token: 'given' }],
  ])('%s', (_, servers, more, expected) => {
    expect(read(servers, more).authenticator?.()).toEqual(expected);
  });

  test('a credentials file is read at each connection, not before', () => {
    const { authenticator } = read('nats://a', { credsFile: '/nowhere/tagstream.creds' });

    expect(() => authenticator?.('nonce')).toThrow('/nowhere/tagstream.creds');
  });
});

test.each([
  ['no address at all', ' , ', 'no NATS address is given'],
  ['an address without a host', 'nats://a,nats://', 'NATS address number 2 is not of the form nats://host:port'],
  ['a malformed port', 'nats://user:hidden@a:port', 'NATS address number 1 is not of the form nats://host:port'],
])('%s is refused, without showing it', (_, servers, expected) => {
  expect(() => read(servers)).toThrow(TypeError);
  expect(() => read(servers)).toThrow(expected);
  expect(() => read(servers)).not.toThrow('hidden');
});

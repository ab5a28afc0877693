import { describe, expect, test } from 'vitest';
import { verifySharedSecret } from '../src/proofs/shared-secret.ts';
import { parseSecretList, secretsOf } from '../src/secrets.ts';

const secrets = secretsOf(['old-secret', 'new-secret']);
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('a shared secret', () => {
  test.each([
    ['as bearer token', 'Bearer new-secret', undefined],
    ['as the whole header', 'new-secret', undefined],
    ['as the password of a user', basic('registry:new-secret'), undefined],
    ['under another scheme', 'Token new-secret', undefined],
    ['in the path', undefined, 'new-secret'],
    ['that is about to be replaced', 'bearer old-secret', undefined],
  ])('%s is accepted', (_how, authorization, pathToken) => {
    const headers = authorization === undefined ? {} : { authorization };
    expect(verifySharedSecret({ body: Buffer.alloc(0), headers, pathToken, secrets, nowMs: 0 })).toBe('token');
  });

  test.each([
    ['that is wrong', 'Bearer newsecret', undefined],
    ['that is the beginning of the right one', 'Bearer new-secre', undefined],
    ['that is missing', undefined, undefined],
    ['that is empty', 'Bearer ', ''],
    ['that stands where the user belongs', basic('new-secret:x'), undefined],
    ['that is wrong in the path', undefined, 'nope'],
  ])('%s is refused', (_how, authorization, pathToken) => {
    const headers = authorization === undefined ? {} : { authorization };
    expect(verifySharedSecret({ body: Buffer.alloc(0), headers, pathToken, secrets, nowMs: 0 })).toBeNull();
  });

  test('with a colon works in whole basic credentials', () => {
    const whole = secretsOf(['registry:pa:ss']);
    const headers = { authorization: basic('registry:pa:ss') };
    expect(verifySharedSecret({ body: Buffer.alloc(0), headers, pathToken: undefined, secrets: whole, nowMs: 0 })).toBe(
      'token',
    );
  });
});

test('the list of secrets may be written in one line or several', () => {
  expect(parseSecretList(' a, b\nc\r\n\n,a ')).toEqual(['a', 'b', 'c']);
});

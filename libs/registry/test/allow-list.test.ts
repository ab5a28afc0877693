import { parseImageReference } from '@tagstream/image-ref';
import { describe, expect, test } from 'vitest';
import { type AllowedRegistry, parseAllowedRegistry, refuseRegistry } from '../src/index.ts';

const allow = (...texts: string[]) => texts.map((text) => parseAllowedRegistry(text) as AllowedRegistry);

describe('an entry of the allow-list', () => {
  test.each([
    ['example.com', { host: 'example.com', port: '443' }],
    ['example.com=insecure', { host: 'example.com', port: '80' }],
    ['example.com:5000', { host: 'example.com', port: '5000' }],
    ['example.com:5000=insecure', { host: 'example.com', port: '5000' }],
    [' *.Example.com:* ', { host: '*.example.com', port: '*' }],
    ['', undefined],
    ['example.com:1:2', undefined],
    ['example.com/path', undefined],
    ['example.com=secure', undefined],
    ['example.com:port', undefined],
  ])('"%s" is read', (text, entry) => {
    expect(parseAllowedRegistry(text)).toEqual(entry);
  });
});

describe('the allow-list', () => {
  test.each<[string, string[], string, boolean, boolean]>([
    ['empty: everything is allowed', [], 'registry.ltd/a/b', false, true],
    ['#73 another registry is refused', ['example.com'], 'registry.ltd/a/b', false, false],
    ['a listed registry is allowed', ['example.com'], 'example.com/a/b', false, true],
    ['the case of a host does not count', ['example.com'], 'Example.COM/a/b', false, true],
    ['#75 docker.io allows a name without a registry', ['docker.io'], 'busybox', false, true],
    ['#75 docker.io allows its other name', ['docker.io'], 'registry-1.docker.io/library/busybox', false, true],
    ['#75 its other name allows docker.io', ['registry-1.docker.io'], 'busybox', false, true],
    ['docker.io with any port', ['docker.io:*'], 'busybox', false, true],
    ['#76 port 80 is refused to a tag that is not insecure', ['example.com=insecure'], 'example.com/a', false, false],
    ['port 80 is allowed to an insecure tag', ['example.com=insecure'], 'example.com/a', true, true],
    ['port 443 is allowed to an insecure tag too', ['example.com'], 'example.com/a', true, true],
    ['another port is refused', ['example.com'], 'example.com:5000/a', false, false],
    ['another port is refused to an insecure tag', ['example.com=insecure'], 'example.com:5000/a', true, false],
    ['the same port is allowed', ['example.com:5000'], 'example.com:5000/a', false, true],
    ['a star stands for dots too', ['*domain.ltd'], 'my.own.domain.ltd/a', false, true],
    ['a star fits what is there only', ['*.domain.ltd'], 'domain.ltd/a', false, false],
    ['a question mark stands for one character', ['r?.ltd'], 'r1.ltd/a', false, true],
    ['a question mark needs its character', ['r?.ltd'], 'r.ltd/a', false, false],
  ])('%s', (_what, entries, reference, insecure, isAllowed) => {
    expect(refuseRegistry(allow(...entries), parseImageReference(reference), insecure) === undefined).toBe(isAllowed);
  });

  test('says what is refused and what is allowed', () => {
    expect(refuseRegistry(allow('example.com', '*.ltd:5000'), parseImageReference('registry.ltd/a'), false)).toBe(
      'registry "registry.ltd" not allowed by whitelist: "example.com:443", "*.ltd:5000"',
    );
    expect(refuseRegistry(allow('example.com'), parseImageReference('busybox'), false)).toContain('"docker.io:443"');
  });

  test('names at most a handful of what is allowed', () => {
    const entries = allow(...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}.ltd`));
    expect(refuseRegistry(entries, parseImageReference('registry.ltd/a'), false)).toMatch(
      /: "a\.ltd:443", "b\.ltd:443", "c\.ltd:443", "d\.ltd:443", and 2 more \.\.\.$/,
    );
  });
});

import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../src/challenge.ts';

describe('parseChallenges', () => {
  test.each([
    [
      'what Docker Hub sends',
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"',
      [
        {
          scheme: 'bearer',
          params: {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:library/nginx:pull',
          },
        },
      ],
    ],
    ['a scheme alone', 'Negotiate', [{ scheme: 'negotiate', params: {} }]],
    ['upper-case names', 'BEARER Realm="x"', [{ scheme: 'bearer', params: { realm: 'x' } }]],
    [
      'values without quotes',
      'Basic realm=registry, charset=UTF-8',
      [{ scheme: 'basic', params: { realm: 'registry', charset: 'UTF-8' } }],
    ],
    ['space around the equals sign', 'Basic realm = "x"', [{ scheme: 'basic', params: { realm: 'x' } }]],
    [
      'escaped quotes and backslashes',
      String.raw`Basic realm="a \"b\" \\c"`,
      [{ scheme: 'basic', params: { realm: String.raw`a "b" \c` } }],
    ],
    [
      'a comma inside quotes',
      'Bearer scope="repository:a:pull,push",realm="x"',
      [{ scheme: 'bearer', params: { scope: 'repository:a:pull,push', realm: 'x' } }],
    ],
    [
      'several challenges in one line',
      'Basic realm="a", Bearer realm="b",service="c" , Negotiate',
      [
        { scheme: 'basic', params: { realm: 'a' } },
        { scheme: 'bearer', params: { realm: 'b', service: 'c' } },
        { scheme: 'negotiate', params: {} },
      ],
    ],
    [
      'a token68 before another challenge',
      'Negotiate YWJj==, Basic realm="x"',
      [
        { scheme: 'negotiate', params: {} },
        { scheme: 'basic', params: { realm: 'x' } },
      ],
    ],
    ['empty list elements', ',, Basic realm="x",,', [{ scheme: 'basic', params: { realm: 'x' } }]],
    ['an empty quoted string', 'Bearer realm=""', [{ scheme: 'bearer', params: { realm: '' } }]],
    ['nothing', '', []],
    [
      'what fits nowhere, keeping what came before',
      'Bearer realm="x", @@@',
      [{ scheme: 'bearer', params: { realm: 'x' } }],
    ],
    ['an unfinished string', 'Bearer realm="x', [{ scheme: 'bearer', params: {} }]],
  ])('reads %s', (_, header, expected) => {
    expect(parseChallenges(header)).toMatchObject(expected);
    expect(parseChallenges(header).length).toBeGreaterThanOrEqual(expected.length);
  });

  test('comes to an end for any length of nonsense', () => {
    expect(parseChallenges('a='.repeat(100_000))).toBeInstanceOf(Array);
    expect(parseChallenges(`Bearer realm="${'\\'.repeat(100_000)}`)).toBeInstanceOf(Array);
  });
});

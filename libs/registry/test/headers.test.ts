import { describe, expect, test } from 'vitest';
import { nextLink } from '../src/link-header.ts';
import { manifestKind, mediaTypeOf } from '../src/media-types.ts';
import { parseRateLimit, parseRetryAfter } from '../src/rate-limit.ts';

describe('nextLink', () => {
  test.each([
    ['a relative link', '</v2/a/tags/list?last=b&n=2>; rel="next"', '/v2/a/tags/list?last=b&n=2'],
    ['a value without quotes', '<x>; rel=next', 'x'],
    ['the right one of several', '<first>; rel="prev", <second>; rel="next"', 'second'],
    ['other parameters around', '<x>; title="a"; rel="next"; foo=bar', 'x'],
    ['no next link', '<x>; rel="prev"', undefined],
    ['no header', undefined, undefined],
    ['nonsense', '>><<;rel=next', undefined],
  ])('reads %s', (_, header, expected) => {
    expect(nextLink(header)).toBe(expected);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');

  test.each([
    ['seconds', '30', 30_000],
    ['an HTTP date', 'Sat, 21 Nov 2026 10:02:00 GMT', 120_000],
    ['a date that has passed', 'Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['seconds since the epoch', String(now / 1000 + 60), 60_000],
    ['more than a day, as a day', '999999', 86_400_000],
    ['zero', '0', 0],
    ['words', 'soon', undefined],
    ['nothing', '', undefined],
    ['no header', undefined, undefined],
  ])('reads %s', (_, header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});

describe('parseRateLimit', () => {
  test.each([
    [
      'what Docker Hub sends',
      { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600' },
      { limit: 100, remaining: 76, windowMs: 21_600_000 },
    ],
    ['a remainder alone', { 'ratelimit-remaining': '0' }, { remaining: 0 }],
    ['no such headers', { date: 'x' }, undefined],
    ['no number', { 'ratelimit-limit': 'many' }, undefined],
  ])('reads %s', (_, headers, expected) => {
    expect(parseRateLimit(headers)).toEqual(expected);
  });
});

test.each([
  ['application/vnd.oci.image.index.v1+json', 'index'],
  ['Application/vnd.docker.distribution.manifest.v2+json; charset=utf-8', 'image'],
  ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'schema1'],
  ['text/html', undefined],
  ['constructor', undefined],
  ['', undefined],
])('the content type "%s" stands for %s', (contentType, kind) => {
  expect(manifestKind(mediaTypeOf(contentType))).toBe(kind);
});

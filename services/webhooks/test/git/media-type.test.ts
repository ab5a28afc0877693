import { describe, expect, test } from 'vitest';
import { mediaTypeOf } from '../../src/git/media-type.ts';

describe('a content type', () => {
  test.each([
    ['application/json', 'application/json'],
    [' Application/JSON ; charset=utf-8', 'application/json'],
    ['application/json;', 'application/json'],
    ['application/json; charset="utf-8; x"', 'application/json'],
    ['application/json; a=1; a=1', 'application/json'],
    ['bad', 'bad'],
    ['*/*', '*/*'],
  ])('%s', (header, type) => {
    expect(mediaTypeOf(header)).toEqual({ type });
  });

  test.each([
    ['', 'mime: no media type'],
    [';', 'mime: no media type'],
    ['/json', 'mime: no media type'],
    ['bad//bad', 'mime: expected token after slash'],
    ['a/', 'mime: expected token after slash'],
    ['a b', 'mime: expected slash after first token'],
    ['a/b/c', 'mime: unexpected content after media subtype'],
    ['a/b; c', 'mime: invalid media parameter'],
    ['a/b; c=', 'mime: invalid media parameter'],
    ['a/b; c="d', 'mime: invalid media parameter'],
    ['a/b; c=1; C=2', 'mime: duplicate parameter name'],
  ])('"%s" is none', (header, problem) => {
    expect(mediaTypeOf(header)).toEqual({ problem });
  });

  test('is read in no time, whatever it is', () => {
    const started = performance.now();
    for (const header of [
      `a/b;${' '.repeat(10_000)}`,
      'a/b'.concat('; c=1'.repeat(3_000)),
      `a/b; c="${'\\'.repeat(15_000)}`,
    ]) {
      mediaTypeOf(header);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});

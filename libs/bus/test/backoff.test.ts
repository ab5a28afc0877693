import { expect, test } from 'vitest';
import { backoffMs } from '../src/backoff.ts';

test.each([
  ['the first wait is the shortest', 1, 0, 500],
  ['each next one is longer by the factor', 3, 0, 2000],
  ['none is longer than the longest', 50, 0, 300_000],
  ['the random part takes off up to a fifth', 1, 0.9999, 400],
])('%s', (_, failures, random, expected) => {
  expect(backoffMs({ minMs: 500, maxMs: 300_000, factor: 2 }, failures, random)).toBe(expected);
});

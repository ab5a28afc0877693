import { expect, test } from 'vitest';
import { durationMs } from '../src/duration.ts';

test.each([
  ['15m', 900_000],
  ['2s', 2_000],
  ['1h', 3_600_000],
])('the duration %s is %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(['', '0s', '5', '5 m', '-1s', '1.5h', '5d', '1m30s', '9999999s'])('"%s" is no duration', (text) => {
  expect(durationMs(text)).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { importNowOf, wantedInterval } from '../src/annotations.ts';

const INTERVAL = 'poller.tagstream.io/interval';

describe('the interval that a stream asks for', () => {
  test.each<[string, Record<string, string> | undefined, number | null]>([
    ['is none without annotations', undefined, null],
    ['is none without the annotation', { other: '5m' }, null],
    ['holds for all tags', { [INTERVAL]: '5m' }, 300_000],
    ['holds for one tag', { [`${INTERVAL}.latest`]: '30s' }, 30_000],
    ['of the tag wins over that of the stream', { [INTERVAL]: '5m', [`${INTERVAL}.latest`]: '30s' }, 30_000],
    ['of another tag does not count', { [`${INTERVAL}.other`]: '30s' }, null],
    ['may have white space around it', { [INTERVAL]: ' 2h\n' }, 7_200_000],
  ])('%s', (_what, annotations, intervalMs) => {
    expect(wantedInterval(annotations, 'latest')).toEqual({ intervalMs, problem: null });
  });

  test.each(['', '5', 'soon', '0s', '-1m', '1.5h'])('that is "%s" does not count, and why is told', (text) => {
    const { intervalMs, problem } = wantedInterval({ [`${INTERVAL}.v1.2`]: text }, 'v1.2');
    expect(intervalMs).toBeNull();
    expect(problem).toContain(`${INTERVAL}.v1.2 is "${text}"`);
  });
});

test('a check of all tags is asked for by a value, and by none without the annotation', () => {
  expect(importNowOf({ 'poller.tagstream.io/import-now': '2026-11-21' })).toBe('2026-11-21');
  expect(importNowOf({})).toBe('');
  expect(importNowOf(undefined)).toBe('');
});

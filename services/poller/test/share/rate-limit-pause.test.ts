import { expect, test } from 'vitest';
import { pauseFor } from '../../src/share/rate-limit-pause.ts';

test.each<[string, Parameters<typeof pauseFor>[0], number | undefined]>([
  ['an answer without the headers asks for no pause', undefined, undefined],
  ['a budget that is left asks for none', { limit: 100, remaining: 1, windowMs: 21_600_000 }, undefined],
  ['a limit alone asks for none', { limit: 100, windowMs: 21_600_000 }, undefined],
  [
    'Docker Hub’s budget that is used up is back by one after 216 s',
    { limit: 100, remaining: 0, windowMs: 21_600_000 },
    216_000,
  ],
  ['a large budget still asks for a minute', { limit: 5000, remaining: 0, windowMs: 3_600_000 }, 60_000],
  ['a budget that says nothing of its window asks for a minute', { remaining: 0 }, 60_000],
  ['no pause is longer than an hour', { limit: 1, remaining: 0, windowMs: 86_400_000 }, 3_600_000],
])('%s', (_what, rateLimit, pauseMs) => {
  expect(pauseFor(rateLimit)).toBe(pauseMs);
});

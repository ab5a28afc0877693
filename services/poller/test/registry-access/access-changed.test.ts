import { expect, test } from 'vitest';
import { nextDue } from '../../src/due.ts';
import type { TagMemory } from '../../src/memory.ts';
import { digest, tagWith } from '../tags.ts';

const turns = { offset: 0, intervalMs: 1_000, fromMs: 5, isAnswered: true };
const failed = tagWith({ image: digest('a'), failure: { reason: 'Unauthorized', message: 'm' } });
const memory: TagMemory = { asked: '', askedAtMs: 10, failures: 0 };

test.each([
  ['is due at once while it was not asked for in the new way', true, undefined, { atMs: 5, cause: 'request' }],
  ['is not due again once it was', true, memory, undefined],
  ['is not due without such a change', false, undefined, undefined],
])('a failed tag whose access has changed %s', (_what, accessChanged, known, due) => {
  expect(nextDue({ ...failed, accessChanged }, known, turns)).toEqual(due);
});

import { expect, test } from 'vitest';
import { expiredHistory } from '../src/history.ts';
import { dcOf, rcOf } from './support/objects.ts';

const limited = (revisionHistoryLimit: number | null) =>
  dcOf({ spec: { revisionHistoryLimit }, status: { latestVersion: 5 } });
const four = [rcOf(1, 'Complete'), rcOf(2, 'Failed'), rcOf(3, 'Complete'), rcOf(4, 'Complete', { replicas: 1 })];
const names = (rcs: ReturnType<typeof expiredHistory>) => rcs.map((rc) => rc.metadata.name);

test('without a limit nothing is ever deleted', () => {
  expect(expiredHistory(limited(null), four)).toEqual([]);
});

test('the oldest below the active one go until the limit is kept', () => {
  expect(names(expiredHistory(limited(1), four))).toEqual(['web-1', 'web-2']);
  expect(names(expiredHistory(limited(0), four))).toEqual(['web-1', 'web-2', 'web-3']);
  expect(names(expiredHistory(limited(3), four))).toEqual([]);
});

test('what is newer than the active one is no history', () => {
  expect(names(expiredHistory(limited(0), [...four, rcOf(5, 'Failed')]))).toEqual(['web-1', 'web-2', 'web-3']);
});

test('one with replicas stays but counts', () => {
  const rcs = [rcOf(1, 'Complete', { replicas: 2 }), rcOf(2, 'Failed'), rcOf(3, 'Complete', { replicas: 1 })];
  expect(names(expiredHistory(limited(1), rcs))).toEqual([]);
  expect(names(expiredHistory(limited(0), rcs))).toEqual(['web-2']);
});

test('without an active one all but the latest are history', () => {
  const rcs = [rcOf(3, 'Failed'), rcOf(4, 'Failed'), rcOf(5, 'Failed')];
  expect(names(expiredHistory(limited(1), rcs))).toEqual(['web-3']);
});

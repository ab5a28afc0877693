import { testClock } from '@tagstream/service/testing';
import { expect, test } from 'vitest';
import { createProblemReports, type Problem } from '../src/workload/problem-reports.ts';
import { webKey } from './support/workloads.ts';

const problem: Problem = { uid: 'uid-1', reason: 'ImageTriggerInvalid', message: 'no JSON' };

function startReports(isWritten: () => boolean = () => true) {
  const clock = testClock();
  const told: Problem[] = [];
  const reports = createProblemReports(clock, async (_key, told_) => {
    told.push(told_);
    return isWritten();
  });
  return { clock, told, reports };
}

test('a problem is told once within the hour in which its event is kept, and then again', async () => {
  const { clock, told, reports } = startReports();
  expect(reports.report(webKey, problem)).toBe(true);
  await clock.advance(49 * 60_000);
  expect(reports.report(webKey, problem)).toBe(false);
  await clock.advance(60_000);
  expect(reports.report(webKey, problem)).toBe(true);
  expect(told).toHaveLength(2);
});

test.each([
  { row: 'says something else', other: { message: 'fieldPath occurs twice' } },
  { row: 'is of another kind', other: { reason: 'ImageUpdateRefused' } },
  { row: 'is about an object made anew under the same name', other: { uid: 'uid-2' } },
])('a problem that $row is told at once', ({ other }) => {
  const { told, reports } = startReports();
  reports.report(webKey, problem);
  expect(reports.report(webKey, { ...problem, ...other })).toBe(true);
  expect(told).toHaveLength(2);
});

test('workloads are told apart, and a cleared one is new', () => {
  const { told, reports } = startReports();
  reports.report(webKey, problem);
  expect(reports.report({ ...webKey, id: 'deployments.apps/shop/other' }, problem)).toBe(true);
  reports.clear(webKey);
  expect(reports.report(webKey, problem)).toBe(true);
  expect(told).toHaveLength(3);
});

test('what could not be written is told again', async () => {
  const { told, reports } = startReports(() => false);
  reports.report(webKey, problem);
  await Promise.resolve();
  await Promise.resolve();
  expect(reports.report(webKey, problem)).toBe(true);
  expect(told).toHaveLength(2);
});

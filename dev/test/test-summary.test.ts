import { describe, expect, test } from 'vitest';
import { needsServers, printSummary, summarize, type TestReport } from '../src/test-summary.ts';

const report = (counts: Partial<TestReport>): TestReport => ({
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...counts,
});
const file = (...tests: string[]): TestReport['testResults'][number] => ({
  status: 'failed',
  assertionResults: tests.map((status) => ({ status })),
});

describe('the last line of npm test', () => {
  test.each([
    ['all is well', report({}), 0, 0, '5 passed, 0 failed, 0 skipped'],
    [
      'tests are skipped or to be written',
      report({ numPendingTests: 2, numTodoTests: 1 }),
      0,
      0,
      '5 passed, 0 failed, 3 skipped',
    ],
    [
      'tests fail',
      report({ numFailedTests: 2, testResults: [file('failed', 'failed')] }),
      1,
      0,
      '5 passed, 2 failed, 0 skipped',
    ],
    ['a file does not load', report({ testResults: [file()] }), 1, 0, '5 passed, 1 failed, 0 skipped'],
    [
      'a hook throws after the tests passed',
      report({ testResults: [file('passed')] }),
      1,
      0,
      '5 passed, 1 failed, 0 skipped',
    ],
    ['an error is thrown outside of tests', report({}), 1, 0, '5 passed, 1 failed, 0 skipped'],
    ['the check fails', report({}), 0, 1, '5 passed, 1 failed, 0 skipped'],
    [
      'the check and a test fail',
      report({ numFailedTests: 1, testResults: [file('failed')] }),
      1,
      2,
      '5 passed, 2 failed, 0 skipped',
    ],
    ['the runner is killed', undefined, 137, 0, '0 passed, 1 failed, 0 skipped'],
    ['the runner leaves no report', undefined, 0, 0, '0 passed, 1 failed, 0 skipped'],
  ])('when %s', (_when, found, vitestExitCode, checkExitCode, line) => {
    expect(printSummary(summarize({ report: found, vitestExitCode, checkExitCode }))).toBe(line);
  });
});

describe('the servers', () => {
  test.each([
    ['are needed for everything', [], true],
    ['are needed when only files are named', ['libs/kube'], true],
    ['are not needed for unit tests', ['--project', 'unit', 'libs/kube'], false],
    ['are not needed for unit tests, written in one word', ['--project=unit'], false],
    ['are needed for unit tests and others', ['--project', 'unit', '--project=e2e'], true],
  ])('%s', (_what, args, needed) => {
    expect(needsServers(args)).toBe(needed);
  });
});

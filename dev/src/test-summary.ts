/** What is read of vitest's JSON report. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** How a whole run went. */
export interface TestRun {
  /** Absent when vitest wrote none. */
  readonly report: TestReport | undefined;
  readonly vitestExitCode: number;
  readonly checkExitCode: number;
}

export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts a run. Besides failed tests, each of these is one failure: a check that failed, a file that failed without a
 * failed test (it did not load, or a hook threw), and a runner that failed or left no report although nothing else says why.
 */
export function summarize({ report, vitestExitCode, checkExitCode }: TestRun): TestSummary {
  const brokenFiles = (report?.testResults ?? []).filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((each) => each.status === 'failed'),
  ).length;
  const inTests = (report?.numFailedTests ?? 0) + brokenFiles;
  const runnerFailed = report === undefined || (vitestExitCode !== 0 && inTests === 0);
  return {
    passed: report?.numPassedTests ?? 0,
    failed: inTests + (runnerFailed ? 1 : 0) + (checkExitCode === 0 ? 0 : 1),
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}

/** The last line of `npm test`. */
export function printSummary({ passed, failed, skipped }: TestSummary): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** True if a run with these arguments of vitest has a project that needs the servers. */
export function needsServers(args: readonly string[]): boolean {
  const projects = args.flatMap((arg, index) => {
    if (arg.startsWith('--project=')) return [arg.slice('--project='.length)];
    return arg === '--project' ? [args[index + 1] ?? ''] : [];
  });
  return projects.length === 0 || projects.some((project) => project !== 'unit');
}

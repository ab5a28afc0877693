import type { Clock } from '@tagstream/service';
import type { WorkloadKey } from './workload-view.ts';

/** Something about a workload that its owner has to mend. */
export interface Problem {
  /** The object it is about: made anew under the same name it is another one. */
  readonly uid: string;
  /** One word in upper camel case: `ImageTriggerInvalid`. */
  readonly reason: string;
  readonly message: string;
}

/** Kubernetes keeps events for an hour; a problem that is still there is told again when its event is about to be gone. */
const REPEAT_AFTER_MS = 50 * 60_000;

/** Tells problems once, however often they are found. Remembers no more than the workloads that have one. */
export interface ProblemReports {
  /** Tells a problem unless it was told already; answers whether it is told now. */
  report(workload: WorkloadKey, problem: Problem): boolean;
  /** The workload has no problem any more, or is gone: the next one is new. */
  clear(workload: WorkloadKey): void;
}

/**
 * @param tell writes the report; false when it could not be written
 * @param repeatAfterMs when what is still so is told again; infinite for what is told once
 */
export function createProblemReports(
  clock: Pick<Clock, 'now'>,
  tell: (workload: WorkloadKey, problem: Problem) => Promise<boolean>,
  repeatAfterMs: number = REPEAT_AFTER_MS,
): ProblemReports {
  const told = new Map<string, { readonly problem: Problem; readonly atMs: number }>();
  return {
    report(workload, problem) {
      const { id } = workload;
      const before = told.get(id);
      if (before && isSame(before.problem, problem) && clock.now() - before.atMs < repeatAfterMs) return false;
      const entry = { problem, atMs: clock.now() };
      told.set(id, entry);
      void tell(workload, problem).then((written) => {
        if (!written && told.get(id) === entry) told.delete(id);
      });
      return true;
    },
    clear: ({ id }) => {
      told.delete(id);
    },
  };
}

function isSame(a: Problem, b: Problem): boolean {
  return a.uid === b.uid && a.reason === b.reason && a.message === b.message;
}

import type { Build } from '@tagstream/api-types';
import { cancelledByUser, isTerminal, type PhaseChange, phaseOf, runnerOf, writePhase } from '@tagstream/build';
import type { RunResult } from '@tagstream/service';
import type { StepDeps } from './deps.ts';
import { tryWrite } from './try-write.ts';

/** OpenShift: how long a Build may run when it does not say, one week in milliseconds. */
const DEFAULT_DEADLINE_MS = 604_800_000;

/** Whoever runs a Build ends it at its deadline; so much later it is taken for granted that nobody will. */
const OVERDUE_GRACE_MS = 10 * 60_000;

/**
 * Ends a Build whose end nobody else will report: one that was cancelled before anybody ran it, one whose runner does not react
 * to that, and one that runs far beyond its deadline. Says when to look again.
 */
export async function endBuild(deps: StepDeps, build: Build): Promise<RunResult | undefined> {
  const uid = build.metadata.uid ?? '';
  if (isTerminal(phaseOf(build)) || !build.status?.cancelled) deps.cancelClock.forget(uid);
  if (isTerminal(phaseOf(build))) return undefined;
  if (build.status?.cancelled) {
    const leftMs = isBeingRun(build) ? deps.cancelClock.leftMs(uid) : 0;
    if (leftMs > 0) return { againAfterMs: leftMs };
    await enter(deps, 'cancel', build, cancelledByUser);
  } else if (isOverdue(build, deps.clock.now())) {
    const message = 'Nobody reported the end of the build within its deadline.';
    await enter(deps, 'overdue', build, { phase: 'Failed', reason: 'GenericBuildFailed', message });
  }
  return undefined;
}

function isBeingRun(build: Build): boolean {
  return phaseOf(build) === 'Running' || (phaseOf(build) === 'Pending' && runnerOf(build) !== undefined);
}

function isOverdue({ spec, status }: Build, nowMs: number): boolean {
  if (status?.phase !== 'Running' || !status.startTimestamp) return false;
  const deadlineMs = spec.completionDeadlineSeconds ? spec.completionDeadlineSeconds * 1000 : DEFAULT_DEADLINE_MS;
  return nowMs > Date.parse(status.startTimestamp) + deadlineMs + OVERDUE_GRACE_MS;
}

async function enter(deps: StepDeps, write: string, build: Build, change: PhaseChange): Promise<void> {
  await tryWrite(deps.telemetry, write, build, () => writePhase(deps.kube, build, change, new Date(deps.clock.now())));
}

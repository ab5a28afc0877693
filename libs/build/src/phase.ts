import type { Build, BuildPhase } from '@tagstream/api-types';

const TERMINAL: ReadonlySet<BuildPhase> = new Set(['Complete', 'Failed', 'Error', 'Cancelled']);

/** How far a Build on the way is; it never goes back. */
const ORDER: readonly BuildPhase[] = ['New', 'Pending', 'Running'];

/** The phase of a Build. One without status is New: nobody has looked at it yet. */
export function phaseOf(build: Pick<Build, 'status'>): BuildPhase {
  return build.status?.phase || 'New';
}

/** Whether a Build in this phase is over. */
export function isTerminal(phase: BuildPhase): boolean {
  return TERMINAL.has(phase);
}

/** OpenShift: a finished Build stays as it is, a Build never goes back, and a phase may be entered again. */
export function canEnter(from: BuildPhase, to: BuildPhase): boolean {
  if (from === to) return true;
  if (isTerminal(from)) return false;
  return isTerminal(to) || ORDER.indexOf(to) > ORDER.indexOf(from);
}

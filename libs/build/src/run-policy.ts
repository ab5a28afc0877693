import type { Build } from '@tagstream/api-types';
import { configNameOf, numberOf, runPolicyOf } from './identity.ts';
import { isTerminal, phaseOf } from './phase.ts';

/** What the run policies of the Builds of one BuildConfig want done. */
export interface PolicyStep {
  /** Builds whose turn has come. */
  readonly release: readonly Build[];
  /** Builds that give way to a newer one; while there are any, nothing of their BuildConfig is released. */
  readonly cancel: readonly Build[];
  /** Builds that wait and cannot be ordered: their number is missing or wrong. */
  readonly unnumbered: readonly Build[];
}

interface Numbered {
  readonly build: Build;
  readonly number: number;
}

/**
 * Which of the Builds of one BuildConfig may run now. OpenShift: a Build goes by the policy that it was made with. Parallel:
 * unless one that wants to be alone is on its way. Serial: when none is on its way and it has the lowest number of those that
 * wait. SerialLatestOnly: the same, after all older ones that do not run yet were cancelled, whatever their policy.
 *
 * Of two that look at different moments only one can release a Serial Build: numbers are given in order, so that both mean the
 * same Build, and the second write conflicts. A Build without BuildConfig waits for nobody.
 */
export function policyStep(builds: readonly Build[]): PolicyStep {
  const waiting = builds.filter((build) => phaseOf(build) === 'New' && !build.status?.cancelled);
  const single = waiting.filter((build) => configNameOf(build) === undefined);
  const inLine = waiting.filter((build) => configNameOf(build) !== undefined);
  const unnumbered = inLine.filter((build) => numberOf(build) === undefined);
  const queue = numbered(inLine).sort((a, b) => a.number - b.number);
  const cancel = supersededBy(queue, builds);
  return { release: [...single, ...(cancel.length > 0 ? [] : released(queue, builds))], cancel, unnumbered };
}

function released(queue: readonly Numbered[], builds: readonly Build[]): Build[] {
  const [first] = queue;
  if (first === undefined) return [];
  const active = builds.filter((build) => phaseOf(build) === 'Pending' || phaseOf(build) === 'Running');
  if (active.length === 0 && runPolicyOf(first.build) !== 'Parallel') return [first.build];
  if (active.some((build) => runPolicyOf(build) !== 'Parallel')) return [];
  return queue.map(({ build }) => build).filter((build) => runPolicyOf(build) === 'Parallel');
}

/** The Builds that a waiting SerialLatestOnly Build of a higher number cancels. */
function supersededBy(queue: readonly Numbered[], builds: readonly Build[]): Build[] {
  const latest = queue.findLast(({ build }) => runPolicyOf(build) === 'SerialLatestOnly');
  if (latest === undefined) return [];
  return numbered(builds)
    .filter(({ build, number }) => {
      const phase = phaseOf(build);
      return number < latest.number && !isTerminal(phase) && phase !== 'Running' && !build.status?.cancelled;
    })
    .map(({ build }) => build);
}

function numbered(builds: readonly Build[]): Numbered[] {
  return builds.flatMap((build) => {
    const number = numberOf(build);
    return number === undefined ? [] : [{ build, number }];
  });
}

import type { Build, NormalBuildConfig } from '@tagstream/api-types';
import { numberOf } from './identity.ts';
import { isTerminal, phaseOf } from './phase.ts';

/**
 * The finished Builds of a BuildConfig that are too many. OpenShift: successful and failed ones are counted apart, the newest
 * stay; a cancelled one counts as failed.
 */
export function prunable(bc: NormalBuildConfig, builds: readonly Build[]): Build[] {
  const finished = builds.filter((build) => isTerminal(phaseOf(build)) && !build.metadata.deletionTimestamp);
  const isSuccess = (build: Build) => phaseOf(build) === 'Complete';
  const { successfulBuildsHistoryLimit, failedBuildsHistoryLimit } = bc.spec;
  return [
    ...beyond(finished.filter(isSuccess), successfulBuildsHistoryLimit),
    ...beyond(
      finished.filter((build) => !isSuccess(build)),
      failedBuildsHistoryLimit,
    ),
  ];
}

/** A limit of null keeps all. */
function beyond(builds: readonly Build[], limit: number | null): Build[] {
  return limit === null ? [] : [...builds].sort(newestFirst).slice(limit);
}

function newestFirst(a: Build, b: Build): number {
  const byTime = Date.parse(b.metadata.creationTimestamp ?? '') - Date.parse(a.metadata.creationTimestamp ?? '');
  // Creation times have seconds; Builds of the same second are told apart by their numbers.
  return byTime || (numberOf(b) ?? 0) - (numberOf(a) ?? 0);
}

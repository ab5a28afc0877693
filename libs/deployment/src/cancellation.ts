import type { ReplicationController } from '@tagstream/api-types';
import { openshift } from './annotations.ts';
import { isCancelled, isTerminal } from './phase.ts';
import { versionOf } from './versions.ts';

/** Annotations that ask a rollout to stop because a newer one was asked for. */
export const supersededAnnotations: Readonly<Record<string, string>> = {
  [openshift.cancelled]: 'true',
  [openshift.statusReason]: 'newer deployment was found running',
};

/** Annotations by which a person asks a rollout to stop, as `oc rollout cancel` writes them. */
export const cancelledByUserAnnotations: Readonly<Record<string, string>> = {
  [openshift.cancelled]: 'true',
  [openshift.statusReason]: 'cancelled by the user',
};

/** Rollouts that are still going although a newer version was asked for, and that nobody has told so yet; oldest first. */
export function supersededRollouts(
  rcs: readonly ReplicationController[],
  latestVersion: number,
): ReplicationController[] {
  return rcs
    .filter((rc) => !isTerminal(rc) && !isCancelled(rc) && versionOf(rc) !== latestVersion)
    .toSorted((a, b) => versionOf(a) - versionOf(b));
}

import type { DeploymentConfig, DeploymentDetails } from '@tagstream/api-types';
import { withVersionAskedFor } from '../progress-condition.ts';
import { latestVersionOf } from '../versions.ts';

/**
 * The second write of an operation that starts a version (`latest`, `undo`, `rollback`): a merge patch of the status
 * subresource, valid only for the object as the first write returned it.
 *
 * A custom resource takes spec and status in two writes, so what OpenShift does at once is done in this order: the spec,
 * guarded by the resourceVersion that was read; then the version, guarded by the resourceVersion that the first write
 * returned. The spec goes first because the version is what makes somebody act: a version before its spec would roll out
 * the wrong template. A crash between the two leaves a spec without a version, which is what `kubectl edit` leaves too:
 * - With a ConfigChange trigger, or with other images and any ImageChange trigger, the controller starts the version by
 *   itself: what was asked for happens, with another cause in the history.
 * - Without, nothing is rolled out until the command is given again, which finds the spec as it should be and writes the
 *   version alone. Image triggers that a rollback turned off stay off meanwhile.
 * The controller sees the first write within milliseconds and may be faster with the version than the second write, which
 * then conflicts: {@link afterConflict} tells what that means. Two versions cannot come of it: each counts up from the
 * object that it was decided on.
 *
 * @param written the object as the first write returned it, or as it was read when there was nothing to write
 * @param request `details` absent: those of the rollout before stay, as after OpenShift's rollback; `now` in ISO 8601
 */
export function versionPatch(
  written: DeploymentConfig,
  version: number,
  { details, now }: { readonly details?: DeploymentDetails | undefined; readonly now: string },
): object {
  const { uid, resourceVersion } = written.metadata;
  const conditions = withVersionAskedFor(written.status?.conditions ?? [], version, now);
  return {
    metadata: { uid, resourceVersion },
    status: { latestVersion: version, conditions, ...(details && { details }) },
  };
}

/**
 * What a conflict of the second write means:
 * - `started`: a version that is at least as high has been asked for after the spec was written: the work is done.
 * - `again`: only something else changed (counters, conditions, a label): write it again on the object as it is now.
 * - `overtaken`: somebody changed the spec after us; whether a version of it is wanted is for them to say.
 *
 * @param written as in {@link versionPatch}
 * @param now the object as it is now
 */
export function afterConflict(
  written: DeploymentConfig,
  now: DeploymentConfig,
  version: number,
): 'started' | 'again' | 'overtaken' {
  if (now.metadata.uid !== written.metadata.uid) return 'overtaken';
  if (latestVersionOf(now) >= version) return 'started';
  return now.metadata.generation === written.metadata.generation ? 'again' : 'overtaken';
}

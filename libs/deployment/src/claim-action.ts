import type { ReplicationController } from '@tagstream/api-types';
import type { Action } from './action.ts';
import { openshift, own } from './annotations.ts';
import { claimOf, type Driver, markOf } from './claim.ts';

/** How long to wait for our own view to catch up with what another replica has done. The watch normally does it at once. */
const CATCH_UP_MS = 1000;

/**
 * The claim that is still missing before replicas may be changed; a wait when somebody with a newer view was there first;
 * undefined when all are held.
 * @param annotations to be written along
 */
export function claimAction(
  rcs: readonly ReplicationController[],
  driver: Driver,
  annotations: Readonly<Record<string, string>> = {},
): Action | undefined {
  if (rcs.some((rc) => claimOf(rc, driver) === 'newer')) {
    return { kind: 'wait', reason: 'a newer rollout was seen; waiting for its events', againAfterMs: CATCH_UP_MS };
  }
  const rc = rcs.find((candidate) => claimOf(candidate, driver) === 'needed');
  if (rc === undefined) return undefined;
  const original = rc.metadata.annotations?.[openshift.originalReplicas] === undefined && driver.mode === 'rollout';
  return {
    kind: 'change-rc',
    why: 'claim',
    rc,
    annotations: {
      [own.driver]: markOf(driver),
      ...(original ? { [openshift.originalReplicas]: String(rc.spec.replicas ?? 0) } : {}),
      ...annotations,
    },
  };
}

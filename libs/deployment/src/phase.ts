import type { ReplicationController } from '@tagstream/api-types';
import { openshift } from './annotations.ts';

/** Where a rollout stands; kept as an annotation of its ReplicationController. */
export type Phase = 'New' | 'Pending' | 'Running' | 'Complete' | 'Failed';

const NEXT: Record<Phase, readonly Phase[]> = {
  New: ['Pending', 'Running', 'Failed', 'Complete'],
  Pending: ['Running', 'Failed', 'Complete'],
  Running: ['Failed', 'Complete'],
  Complete: [],
  Failed: [],
};

/** Phase of a ReplicationController; a missing or unknown annotation counts as `New`, as in OpenShift. */
export function phaseOf(rc: ReplicationController): Phase {
  const text = rc.metadata.annotations?.[openshift.phase];
  return text !== undefined && Object.hasOwn(NEXT, text) ? (text as Phase) : 'New';
}

/** Whether a rollout may go from one phase to another. Nothing leaves `Complete` or `Failed`; staying is no transition. */
export function canEnter(from: Phase, to: Phase): boolean {
  return NEXT[from].includes(to);
}

/** Whether the rollout is over. */
export function isTerminal(rc: ReplicationController): boolean {
  return NEXT[phaseOf(rc)].length === 0;
}

/** Whether somebody asked to stop the rollout. The value is compared case-insensitively, as OpenShift does. */
export function isCancelled(rc: ReplicationController): boolean {
  return rc.metadata.annotations?.[openshift.cancelled]?.toLowerCase() === 'true';
}

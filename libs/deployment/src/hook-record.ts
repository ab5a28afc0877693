import type { ReplicationController } from '@tagstream/api-types';
import { HOOK_MOMENTS, type HookMoment } from './hooks.ts';

/**
 * How far a hook of the present attempt is, as it is recorded with the ReplicationController. `started`: nothing of the rollout
 * after this moment may happen before the hook has ended. `running`: its pod has been seen, so that a pod that is not there
 * was deleted and is not made again. `complete` and `ignored`: the rollout goes on, whatever becomes of the pod.
 */
export interface HookRecord {
  readonly state: HookState;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
}

const STATES = ['started', 'running', 'complete', 'ignored'] as const;

type HookState = (typeof STATES)[number];

/** Undefined for a hook that has not started in this attempt. */
export function hookRecordOf(rc: ReplicationController, moment: HookMoment): HookRecord | undefined {
  const [word, instant = ''] = (rc.metadata.annotations?.[keyOf(moment)] ?? '').split(' ');
  const state = STATES.find((known) => known === word);
  return state && { state, sinceMs: Date.parse(instant) || 0 };
}

/** Whether the rollout may go on after the hook. */
export function hasPassed(record: HookRecord | undefined): boolean {
  return record?.state === 'complete' || record?.state === 'ignored';
}

/** The annotation that records the state of a hook. @param now ISO 8601 instant */
export function hookAnnotation(moment: HookMoment, state: HookState, now: string): Record<string, string> {
  return { [keyOf(moment)]: `${state} ${now}` };
}

/** Removes what earlier attempts recorded. */
export function noHookRecords(): Record<string, null> {
  return Object.fromEntries(HOOK_MOMENTS.map((moment) => [keyOf(moment), null]));
}

/** Instant at which the last hook so far ended, in milliseconds; 0 when none has. */
export function lastHookEndMs(rc: ReplicationController): number {
  const ends = HOOK_MOMENTS.map((moment) => hookRecordOf(rc, moment)).filter(hasPassed);
  return Math.max(0, ...ends.map((record) => record?.sinceMs ?? 0));
}

function keyOf(moment: HookMoment): string {
  return `rollout.tagstream.io/hook-${moment}`;
}

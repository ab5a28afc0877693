import type { KubeObject, ReplicationController } from '@tagstream/api-types';
import { own } from './annotations.ts';
import { noHookRecords } from './hook-record.ts';
import { phaseOf } from './phase.ts';

/**
 * Which attempt at its rollout a ReplicationController is in or had last: 1 for the first, one more after each time that
 * somebody sent it back to phase New. It is recorded when New is left.
 */
export function attemptOf(rc: ReplicationController): number {
  return phaseOf(rc) === 'New' ? recordedAttempt(rc) + 1 : Math.max(1, recordedAttempt(rc));
}

/** To be written when phase New is left. A new attempt knows nothing of the hooks of the one before, and is told about anew. */
export function attemptAnnotations(rc: ReplicationController): Record<string, string | null> {
  const attempt = attemptOf(rc);
  return { [own.attempt]: String(attempt), ...(attempt > 1 ? { ...noHookRecords(), [own.announced]: '' } : {}) };
}

/** Which attempt a pod was made for; one that does not say so counts as made for the first. */
export function podAttempt(pod: KubeObject): number {
  return Math.max(1, recordedAttempt(pod));
}

function recordedAttempt({ metadata }: KubeObject): number {
  const text = metadata.annotations?.[own.attempt] ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

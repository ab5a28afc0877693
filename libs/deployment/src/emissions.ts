import type { ReplicationController } from '@tagstream/api-types';
import { openshift, own } from './annotations.ts';
import { attemptOf } from './attempt.ts';
import { instantMs } from './member.ts';
import { isCancelled, phaseOf } from './phase.ts';
import { recordedConfig } from './recorded-config.ts';
import { activeOf, versionOf } from './versions.ts';

/** What other teams are told about a rollout. */
export type Milestone = 'started' | 'first-pod-ready' | 'complete' | 'failed' | 'cancelled' | 'rolled-back';

/** A milestone that was reached and is to be published. */
export interface Emission {
  readonly rc: ReplicationController;
  readonly version: number;
  /** Which attempt at this version, 1 for the first. */
  readonly attempt: number;
  readonly milestone: Milestone;
  readonly images: readonly { readonly container: string; readonly image: string }[];
  readonly reason?: string;
  /** Of `rolled-back`: the version whose template serves again. */
  readonly rolledBackTo?: number;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly sinceStartMs: number;
}

/** Milestones recorded as published with a ReplicationController; undefined for one that is not ours to tell about. */
export function announcedOf(rc: ReplicationController): readonly string[] | undefined {
  return rc.metadata.annotations?.[own.announced]?.split(',').filter((name) => name !== '');
}

/**
 * Milestones that the ReplicationControllers show and that are not recorded as published. They follow from the state, not
 * from the moment it changed, so that a crash between an effect and its publication loses nothing. Those that were there
 * before this system came are not told about.
 * @param settledAfter the latest ReplicationController, once everything is as it is to stay after its rollout
 */
export function dueEmissions(
  rcs: readonly ReplicationController[],
  settledAfter: ReplicationController | undefined,
  nowMs: number,
): Emission[] {
  return rcs.flatMap((rc) => {
    const announced = announcedOf(rc);
    if (announced === undefined) return [];
    const settled = rc === settledAfter;
    return milestonesOf(rc, rcs, settled)
      .filter((milestone) => !announced.includes(milestone))
      .map((milestone) => emission(rc, milestone, { rcs, settled, nowMs }));
  });
}

/** What the telling of a milestone depends on beside its ReplicationController. */
interface Context {
  readonly rcs: readonly ReplicationController[];
  readonly settled: boolean;
  readonly nowMs: number;
}

function milestonesOf(rc: ReplicationController, rcs: readonly ReplicationController[], settled: boolean): Milestone[] {
  const reached: Milestone[] = ['started'];
  const phase = phaseOf(rc);
  if ((rc.status?.readyReplicas ?? 0) > 0 && phase !== 'Failed') reached.push('first-pod-ready');
  if (phase === 'Complete') reached.push('complete');
  if (phase === 'Failed') reached.push(isCancelled(rc) ? 'cancelled' : 'failed');
  if (rolledBackTo(rc, rcs, settled) !== undefined) reached.push('rolled-back');
  return reached;
}

/** An older version serves again: because this one returned to it, or because this one failed and everything is settled. */
function rolledBackTo(
  rc: ReplicationController,
  rcs: readonly ReplicationController[],
  settled: boolean,
): number | undefined {
  const phase = phaseOf(rc);
  if (phase === 'Complete') return Number(rc.metadata.annotations?.[own.rollsBackTo]) || undefined;
  const active = phase === 'Failed' && settled ? activeOf(rcs) : undefined;
  return active && versionOf(active) < versionOf(rc) ? versionOf(active) : undefined;
}

function emission(rc: ReplicationController, milestone: Milestone, context: Context): Emission {
  const { rcs, settled, nowMs } = context;
  const createdMs = Date.parse(rc.metadata.creationTimestamp ?? '') || nowMs;
  const phaseSinceMs = instantMs(rc, own.phaseSince) || createdMs;
  const enteredPhase = milestone === 'complete' || milestone === 'failed' || milestone === 'cancelled';
  const atMs = milestone === 'started' ? createdMs : enteredPhase ? phaseSinceMs : nowMs;
  const reason = rc.metadata.annotations?.[openshift.statusReason];
  const backTo = milestone === 'rolled-back' ? rolledBackTo(rc, rcs, settled) : undefined;
  return {
    rc,
    version: versionOf(rc),
    attempt: attemptOf(rc),
    milestone,
    images: imagesOf(rc),
    ...(reason === undefined ? {} : { reason }),
    ...(backTo === undefined ? {} : { rolledBackTo: backTo }),
    atMs,
    // creationTimestamp has whole seconds and another machine's clock may have set it.
    sinceStartMs: Math.max(0, atMs - createdMs),
  };
}

/** From the recorded configuration; nothing when it cannot be read, which the rollout reports elsewhere. */
function imagesOf(rc: ReplicationController): Emission['images'] {
  const containers = recordedConfig(rc)?.spec.template.spec?.containers ?? [];
  return containers.map(({ name, image }) => ({ container: name, image: (image ?? '').trim() }));
}

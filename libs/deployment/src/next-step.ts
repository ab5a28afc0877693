import type { Action } from './action.ts';
import { own } from './annotations.ts';
import { announcedWithStatus, isAnnounced } from './announced-rollout.ts';
import type { ConditionWish } from './conditions.ts';
import { announcedOf, dueEmissions, type Emission } from './emissions.ts';
import { expiredHistory } from './history.ts';
import type { Observed, View } from './observed.ts';
import { claimOn } from './ownership.ts';
import { isTerminal } from './phase.ts';
import { recordedConfig } from './recorded-config.ts';
import { rolloutAction } from './rollout-action.ts';
import { settleAction } from './settle-action.ts';
import { computeStatus, statusDiffers } from './status.ts';
import { statusHoldMs } from './status-hold.ts';
import { sweepPods } from './stop-pods.ts';
import { createAction, ownershipAction, specAction, versionAction } from './version-action.ts';
import { hasTrigger } from './version-decision.ts';
import { latestOf, latestVersionOf } from './versions.ts';

/**
 * The next thing to do for a DeploymentConfig: a pure function of what is observed. Do it, observe again, call again. It can
 * be called by any process at any time: whatever was done before shows in what is observed, and every write fails when what
 * it rests on is no longer so.
 *
 * The order is OpenShift's: images into the spec, ownership, versions, the rollout under way, the ReplicationController of a
 * new version, replicas outside rollouts, history; then what other teams are told, and the status, which also records that they
 * were. Rollouts and status go on while nobody can be told.
 */
export function nextStep(observed: Observed): Action {
  const view: View = {
    ...observed,
    owned: observed.rcs.filter((rc) => claimOn(observed.dc, rc) === 'owned'),
    now: new Date(observed.nowMs).toISOString(),
  };
  const action = lifecycleAction(view);
  const latest = latestOf(view.dc, view.owned);
  const due = dueEmissions(view.owned, action === undefined ? latest : undefined, view.nowMs);
  const published = due.filter((emission) => isAnnounced(view.dc, emission.rc) || view.isPublished(emission));
  if (action && action.kind !== 'wait') return withAnnouncements(action, published);

  const unpublished = due.filter((emission) => !published.includes(emission));
  const publish: Action | undefined = unpublished.length > 0 ? { kind: 'publish', emissions: unpublished } : undefined;
  if (publish && view.canPublish) return publish;

  const announced = publish ? undefined : announcedWithStatus(latest, published);
  const also = complaint(view);
  const status = computeStatus({ dc: view.dc, rcs: view.owned, now: view.now, also, announced });
  const heldMs = statusDiffers(view.dc, status) ? statusHoldMs(view, status) : undefined;
  if (heldMs === 0) return { kind: 'write-status', status };
  if (publish) return publish;
  // Until a rollout is over, its next write records what was told.
  const ended = published.find(({ rc }) => isTerminal(rc) && !isAnnounced(view.dc, rc));
  if (ended) return withAnnouncements({ kind: 'change-rc', why: 'announce', rc: ended.rc, annotations: {} }, published);
  if (heldMs !== undefined) {
    return sooner(action, { kind: 'wait', reason: 'the status was written a moment ago', againAfterMs: heldMs });
  }
  return action ?? { kind: 'wait', reason: 'everything is as it should be' };
}

type Wait = Extract<Action, { kind: 'wait' }>;

function sooner(one: Wait | undefined, other: Wait): Wait {
  return (one?.againAfterMs ?? Number.POSITIVE_INFINITY) < (other.againAfterMs ?? Number.POSITIVE_INFINITY)
    ? one!
    : other;
}

/** Everything that changes a rollout or the spec; a wait means that something is under way. */
function lifecycleAction(view: View): Action | undefined {
  const { dc, problems } = view;
  if (dc.metadata.deletionTimestamp !== undefined) return undefined;
  const sweep = sweepPods(view);
  if (sweep) return sweep;
  if (problems.length > 0) return rolloutAction(view);
  const preparation = specAction(view) ?? ownershipAction(view);
  if (preparation) return preparation;
  if (dc.spec.paused) return rolloutAction(view) ?? pruneAction(view);
  if (latestVersionOf(dc) === 0 && !hasTrigger(dc)) return undefined;
  return versionAction(view) ?? rolloutAction(view) ?? createAction(view) ?? afterRollout(view);
}

function afterRollout(view: View): Action | undefined {
  const latest = latestOf(view.dc, view.owned);
  return latest && isTerminal(latest) ? (settleAction(view) ?? pruneAction(view)) : undefined;
}

/** Deletes the oldest ReplicationController that the history limit leaves no room for. */
function pruneAction({ dc, owned }: View): Action | undefined {
  const [rc] = expiredHistory(dc, owned);
  if (rc === undefined) return undefined;
  const message = `Couldn't clean up deployment "${rc.metadata.name}"`;
  return { kind: 'delete-rc', rc, onRefusal: { reason: 'DeploymentCleanupFailed', message } };
}

/** The condition that says why nothing happens, when nothing can. */
function complaint({ dc, owned, problems }: View): ConditionWish | undefined {
  const latest = latestOf(dc, owned);
  if (latest && !isTerminal(latest)) return undefined;
  const about = { type: 'Progressing', status: 'False' } as const;
  if (problems.length > 0) return { ...about, reason: 'InvalidConfiguration', message: problems.join('; ') };
  if (latest && recordedConfig(latest) === undefined) {
    const message = `the configuration recorded in replication controller "${latest.metadata.name}" cannot be read`;
    return { ...about, reason: 'UnreadableConfiguration', message };
  }
  return undefined;
}

/** The write with the milestones that were published recorded along, where they belong to the same object. */
function withAnnouncements(action: Action, published: readonly Emission[]): Action {
  // A new attempt is told about anew.
  if (action.kind !== 'change-rc' || action.annotations[own.announced] !== undefined) return action;
  const milestones = published.filter(({ rc }) => rc === action.rc).map(({ milestone }) => milestone);
  if (milestones.length === 0) return action;
  const announced = [...(announcedOf(action.rc) ?? []), ...milestones].join(',');
  return { ...action, annotations: { ...action.annotations, [own.announced]: announced } };
}

import type { DeploymentConfigStatus, DeploymentDetails, ReplicationController } from '@tagstream/api-types';
import type { Action } from './action.ts';
import { supersededAnnotations, supersededRollouts } from './cancellation.ts';
import { imageChange } from './image-triggers.ts';
import type { View } from './observed.ts';
import { claimOn } from './ownership.ts';
import { withVersionAskedFor } from './progress-condition.ts';
import { recordedConfig } from './recorded-config.ts';
import { newReplicationController } from './replication-controller.ts';
import { rollsBackTo } from './rolls-back-to.ts';
import { computeStatus } from './status.ts';
import { decideVersion, hasBlankImage } from './version-decision.ts';
import { latestOf, latestVersionOf, versionOf } from './versions.ts';

/** The images that automatic triggers want in the spec, as one write. */
export function specAction({ dc, resolve, nowMs }: View): Action | undefined {
  const change = imageChange(dc, resolve, nowMs);
  return change && { kind: 'patch-spec', change };
}

/** The first ReplicationController to be adopted or released. OpenShift: before everything that counts the owned ones. */
export function ownershipAction({ dc, rcs }: View): Action | undefined {
  const claims = rcs.map((rc) => ({ rc, claim: claimOn(dc, rc) }));
  const adopt = claims.find(({ claim }) => claim === 'adopt');
  if (adopt) return { kind: 'adopt', rc: adopt.rc, restsOn: [dc] };
  const release = claims.find(({ claim }) => claim === 'release');
  return release && { kind: 'release', rc: release.rc };
}

/**
 * Brings the version up to what is there, stops rollouts that a newer version supersedes, and asks for a new version when
 * one is due. OpenShift: versions of existing ReplicationControllers that are ahead (after a restore) are caught up with
 * one by one, before anything else.
 */
export function versionAction(view: View): Action | undefined {
  const { dc, owned } = view;
  const latestVersion = latestVersionOf(dc);
  if (owned.some((rc) => versionOf(rc) > latestVersion)) return bump(view, undefined);

  const [superseded] = supersededRollouts(owned, latestVersion);
  if (superseded) return cancelling(superseded, latestVersion);
  if (hasBlankImage(dc)) return undefined;

  const decision = decideVersion(dc, recordedConfig(latestOf(dc, owned)));
  switch (decision.kind) {
    case 'new-version':
      return bump(view, decision.details);
    case 'wait':
      return decision;
    case 'none':
      return undefined;
  }
}

/** Creates the ReplicationController of the latest version, if it is asked for and not there. */
export function createAction({ dc, owned }: View): Action | undefined {
  const version = latestVersionOf(dc);
  if (version === 0 || hasBlankImage(dc) || latestOf(dc, owned) !== undefined) return undefined;
  const rc = newReplicationController(dc, rollsBackTo(dc, owned));
  return {
    kind: 'create-rc',
    rc,
    restsOn: [dc],
    events: [
      {
        type: 'Normal',
        reason: 'DeploymentCreated',
        message: `Created new replication controller "${rc.metadata.name}" for version ${version}`,
      },
    ],
    onRefusal: { reason: 'DeploymentCreationFailed', message: `Couldn't deploy version ${version}` },
  };
}

/**
 * Exactly one version more. The generation seen so far stays: what it asks for is only now going to be done.
 * @param details why a new version is wanted; undefined for one that is there already
 */
function bump({ dc, owned, now }: View, details: DeploymentDetails | undefined): Action {
  const before = computeStatus({ dc, rcs: owned, now });
  const latestVersion = latestVersionOf(dc) + 1;
  const status: DeploymentConfigStatus = {
    ...before,
    latestVersion,
    observedGeneration: dc.status?.observedGeneration ?? 0,
    ...(details ? { details, conditions: withVersionAskedFor(before.conditions ?? [], latestVersion, now) } : {}),
  };
  return { kind: 'bump-version', status };
}

function cancelling(rc: ReplicationController, latestVersion: number): Action {
  const what = `deployment "${rc.metadata.name}" superceded by version ${latestVersion}`;
  return {
    kind: 'change-rc',
    why: 'cancel',
    rc,
    annotations: supersededAnnotations,
    events: [
      { type: 'Normal', reason: 'DeploymentCancelled', message: `Cancelled ${what}` },
      {
        type: 'Normal',
        reason: 'DeploymentAwaitingCancellation',
        message: `Deployment of version ${latestVersion} awaiting cancellation of older running deployments`,
      },
    ],
    onRefusal: { reason: 'DeploymentCancellationFailed', message: `Failed to cancel ${what}` },
  };
}

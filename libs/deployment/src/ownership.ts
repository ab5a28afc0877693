import type { DeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { openshift } from './annotations.ts';

/** How a ReplicationController stands to a DeploymentConfig of its namespace. */
export type Claim = 'owned' | 'adopt' | 'release' | 'foreign';

/**
 * OpenShift: the label decides what belongs to a DeploymentConfig, the controlling owner whether it already does. An orphan
 * with the label is adopted, an owned one without it is released, and what somebody else controls is left alone.
 */
export function claimOn(dc: DeploymentConfig, rc: ReplicationController): Claim {
  const matches = rc.metadata.labels?.[openshift.configName] === dc.metadata.name;
  const controller = rc.metadata.ownerReferences?.find((owner) => owner.controller === true);
  if (controller === undefined) return matches && rc.metadata.deletionTimestamp === undefined ? 'adopt' : 'foreign';
  if (controller.uid !== dc.metadata.uid) return 'foreign';
  return matches ? 'owned' : 'release';
}

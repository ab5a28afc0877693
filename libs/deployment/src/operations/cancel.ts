import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { isCancelled, isTerminal } from '../phase.ts';
import { byVersionDescending } from '../versions.ts';
import { type Refusal, refused } from './refusal.ts';

/** What `oc rollout cancel` finds. The annotations to write are `cancelledByUserAnnotations`. */
export interface Cancellation {
  readonly kind: 'cancellation';
  /** Rollouts under way to be cancelled, newest first. */
  readonly cancel: readonly ReplicationController[];
  /** Rollouts under way that are cancelled already. */
  readonly already: readonly ReplicationController[];
  /** The newest of all. */
  readonly newest: ReplicationController;
}

/** @param rcs those of the DeploymentConfig */
export function cancellation(
  dc: NormalDeploymentConfig,
  rcs: readonly ReplicationController[],
): Cancellation | Refusal {
  const [newest, ...older] = byVersionDescending(rcs);
  if (newest === undefined) {
    const { namespace, name } = dc.metadata;
    return refused('not_deployed', `there have been no replication controllers for ${namespace ?? ''}/${name}`);
  }
  const underWay = [newest, ...older].filter((rc) => !isTerminal(rc));
  return {
    kind: 'cancellation',
    cancel: underWay.filter((rc) => !isCancelled(rc)),
    already: underWay.filter(isCancelled),
    newest,
  };
}

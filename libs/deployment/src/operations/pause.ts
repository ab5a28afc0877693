import type { NormalDeploymentConfig } from '@tagstream/api-types';
import { type Refusal, refused } from './refusal.ts';

/** Merge patch of the spec by which a DeploymentConfig is paused or resumed. */
export interface PauseChange {
  readonly kind: 'change';
  readonly patch: { readonly spec: { readonly paused: true | null } };
}

/** `oc rollout pause`: no rollouts are started any more; images are still written. */
export function pause(dc: NormalDeploymentConfig): PauseChange | Refusal {
  if (dc.spec.paused) return refused('paused', 'is already paused');
  return { kind: 'change', patch: { spec: { paused: true } } };
}

/** `oc rollout resume`. The field is removed, as by `oc`: false and absent are the same. */
export function resume(dc: NormalDeploymentConfig): PauseChange | Refusal {
  if (!dc.spec.paused) return refused('wrong_phase', 'is not paused');
  return { kind: 'change', patch: { spec: { paused: null } } };
}

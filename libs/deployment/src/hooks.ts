import type { LifecycleHook, NormalDeploymentConfig } from '@tagstream/api-types';

/** When a hook runs. */
export type HookMoment = 'pre' | 'mid' | 'post';

/** In the order in which they run. */
export const HOOK_MOMENTS: readonly HookMoment[] = ['pre', 'mid', 'post'];

/** The hooks of a configuration. OpenShift: those of the selected strategy; Rolling has none in the middle, Custom none at all. */
export function hooksOf(dc: NormalDeploymentConfig): Readonly<Partial<Record<HookMoment, LifecycleHook>>> {
  const { type, rollingParams, recreateParams } = dc.spec.strategy;
  if (type === 'Custom') return {};
  const { pre, post } = (type === 'Rolling' ? rollingParams : recreateParams) ?? {};
  const mid = type === 'Recreate' ? recreateParams?.mid : undefined;
  return { ...(pre && { pre }), ...(mid && { mid }), ...(post && { post }) };
}

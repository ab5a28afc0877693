import { isDeepStrictEqual } from 'node:util';
import type { DeploymentCondition, DeploymentConfigStatus } from '@tagstream/api-types';
import type { View } from './observed.ts';
import { isTerminal } from './phase.ts';
import { isUnderWay } from './progress-condition.ts';
import { latestOf } from './versions.ts';

/**
 * How long a status may still wait, in milliseconds; 0 when it is to be written now. Only what a rollout under way counts
 * waits; whatever says that something began, ended, failed or became available does not.
 */
export function statusHoldMs(view: View, status: DeploymentConfigStatus): number {
  const { dc, owned, statusWritten, nowMs } = view;
  const latest = latestOf(dc, owned);
  if (statusWritten === undefined || latest === undefined || isTerminal(latest)) return 0;
  if (!isDeepStrictEqual(statements(dc.status?.conditions), statements(status.conditions))) return 0;
  const { atMs, holdMs } = statusWritten;
  return Math.max(0, Math.min(atMs + holdMs - nowMs, holdMs));
}

/** Whether a status says that a rollout has been asked for or is under way, and not how one ended. */
export function tellsOfRolloutUnderWay({ conditions }: DeploymentConfigStatus): boolean {
  return (conditions ?? []).some(isUnderWay);
}

/** What conditions say, without when they said so, and without how far a rollout under way is. */
function statements(conditions: readonly DeploymentCondition[] | null | undefined) {
  return (conditions ?? []).map((condition) => {
    const { type, status, reason = '' } = condition;
    return isUnderWay(condition) ? [type] : [type, status, reason];
  });
}

import type { Action } from './action.ts';
import { execHookAction } from './exec-hook.ts';
import { type HookRun, hookStarted } from './hook-notes.ts';
import { hookRecordOf } from './hook-record.ts';
import type { View } from './observed.ts';
import { tagHookAction } from './tag-hook.ts';

/**
 * The next thing to do for a hook whose moment has come and that has not passed yet.
 * @param leftMs what is left of the rollout's time
 */
export function hookAction(view: View, run: HookRun, leftMs: number): Action {
  if (hookRecordOf(run.rc, run.moment) === undefined) return hookStarted(run);
  return run.hook.execNewPod ? execHookAction(view, run, leftMs) : tagHookAction(view, run);
}

import type { LifecycleHook, NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import type { ChangeRc, EventNote } from './action.ts';
import { imageOf } from './hook-pod.ts';
import { hookAnnotation } from './hook-record.ts';
import type { HookMoment } from './hooks.ts';
import { failure, titleOf } from './phase-change.ts';

/** A hook of a rollout under way. */
export interface HookRun {
  readonly rc: ReplicationController;
  readonly config: NormalDeploymentConfig;
  readonly moment: HookMoment;
  readonly hook: LifecycleHook;
  /** ISO 8601 instant. */
  readonly now: string;
}

/** The write by which a hook begins. OpenShift's events tell what is going to run. */
export function hookStarted(run: HookRun): ChangeRc {
  return { ...recorded(run, 'started'), events: startNotes(run) };
}

/** The write that records that the hook's pod has been seen. */
export function hookRunning(run: HookRun): ChangeRc {
  return recorded(run, 'running');
}

/** The write after which the rollout goes on. */
export function hookCompleted(run: HookRun): ChangeRc {
  const message = `The ${run.moment}-hook for rc ${titleOf(run.rc)} completed successfully`;
  return { ...recorded(run, 'complete'), events: [{ type: 'Normal', reason: 'Completed', message }] };
}

/** The write that follows from a hook's failure. OpenShift: with Ignore the rollout goes on, otherwise it fails. */
export function hookFailed(run: HookRun, why: string): ChangeRc {
  const { rc, config, moment, hook, now } = run;
  const failed = (what: string): EventNote => {
    return { type: 'Warning', reason: 'Failed', message: `The ${moment}-hook failed: ${why}${what}` };
  };
  if (hook.failurePolicy === 'Ignore') {
    const note = failed(` (ignore), rollout of ${titleOf(rc)} will continue`);
    return { ...recorded(run, 'ignored'), events: [note] };
  }
  const end = failure(rc, { config, reason: `the ${moment}-hook failed: ${why}`, now });
  return { ...end, events: [failed(`, aborting rollout of ${titleOf(rc)}`), ...(end.events ?? [])] };
}

function recorded({ rc, moment, now }: HookRun, state: Parameters<typeof hookAnnotation>[1]): ChangeRc {
  return { kind: 'change-rc', why: 'hook', rc, annotations: hookAnnotation(moment, state, now) };
}

function startNotes({ rc, config, moment, hook }: HookRun): EventNote[] {
  const note = (what: string): EventNote => {
    return { type: 'Normal', reason: 'Started', message: `Running ${moment}-hook (${what} for rc ${titleOf(rc)}` };
  };
  if (hook.execNewPod) return [note(`"${hook.execNewPod.command.join(' ')}")`)];
  return (hook.tagImages ?? []).map(({ containerName, to }) => {
    return note(`TagImages) image "${imageOf(config, containerName) ?? ''}" as "${to.name ?? ''}"`);
  });
}

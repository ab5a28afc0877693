import type { Action } from './action.ts';
import { type HookRun, hookCompleted, hookFailed } from './hook-notes.ts';
import { imageOf } from './hook-pod.ts';
import type { View } from './observed.ts';
import { follows, type TagTarget, tagTargetId, tagTargetOf } from './tag-target.ts';

/**
 * The next thing to do for a `tagImages` hook that has started. OpenShift: each entry's tag follows the image that the named
 * container of the new version has; a container or name that is not there is a failure.
 *
 * Safe on a stale view: the stream is read first, then the ReplicationController is seen to be still at this hook, and then
 * the write fails when the stream has changed. So what a later version tagged is never tagged back.
 */
export function tagHookAction(view: View, run: HookRun): Action {
  // Of several entries for one tag the last counts.
  const wanted = new Map<string, { readonly target: TagTarget; readonly image: string }>();
  for (const { containerName, to } of run.hook.tagImages ?? []) {
    const image = imageOf(run.config, containerName);
    const target = tagTargetOf(to, run.rc);
    if (!image) return hookFailed(run, `no container named '${containerName}' found in rc template`);
    if (!target) return hookFailed(run, `"${to.name ?? ''}" is not of the form stream:tag`);
    wanted.set(tagTargetId(target), { target, image });
  }
  for (const [id, { target, image }] of wanted) {
    const live = view.liveTags.get(id);
    const targets = [...wanted.values()].map((entry) => entry.target);
    if (live === undefined) return { kind: 'read-tags', rc: run.rc, targets };
    const failed = (why: string) => hookFailed(run, `${id} could not be set: ${why}`);
    if (live.kind === 'forbidden') return failed(live.reason);
    if (follows(live, target.tag, image)) continue;
    const restsOn = [run.rc];
    return { kind: 'tag-image', target, image, live, restsOn, otherwise: ({ message }) => failed(message) };
  }
  return hookCompleted(run);
}

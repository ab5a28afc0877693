import type { ReplicationController } from '@tagstream/api-types';
import {
  type Action,
  type LiveTag,
  nextStep,
  type Observed,
  type RolloutPod,
  type TagResolver,
  tagTargetId,
} from '@tagstream/deployment';
import type { KubeClient } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import type { Announcer } from './announce.ts';
import { countRunningPods } from './count-pods.ts';
import { judgeFights } from './image-fights.ts';
import type { ImageWaits } from './image-waits.ts';
import { readHookTag } from './live-hook-tags.ts';
import { readPod } from './live-pod.ts';
import { readTags } from './live-tags.ts';
import type { WriteAction } from './perform.ts';
import { type PullRefusals, withoutRefused } from './pull-refusals.ts';
import type { StatusPace } from './status-pace.ts';
import type { ConfigView } from './views.ts';

/** What a decision needs: what is seen, and whom to ask and tell. */
export interface DecideDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** The ReplicationControllers of a DeploymentConfig, of one moment. */
  readonly controllers: (key: string) => readonly ReplicationController[];
  /** The hook and deployer pods of these. */
  readonly pods: (key: string) => readonly RolloutPod[];
  /** How often the progress of rollouts is written. */
  readonly statusPace: StatusPace;
  /** Images of other namespaces that may not be used. */
  readonly pulls: PullRefusals;
  /** Images that are held back for some time. */
  readonly waits: ImageWaits;
  /** What a tag resolves to as far as ImageStreams are in view. */
  readonly resolve: TagResolver;
}

/** A write, or a wait until something changes. */
export type Decision = WriteAction | Extract<Action, { kind: 'wait' }>;

/**
 * The next action that is a write or a wait. A write of images rests on a live read of the streams, made after the
 * DeploymentConfig was taken: on an old view of it the write conflicts, so that an old image is never written.
 */
export async function decide(
  deps: DecideDeps,
  key: string,
  view: ConfigView,
  { live, signal }: { readonly live: boolean; readonly signal: AbortSignal },
): Promise<Decision> {
  const { dc, problems } = view;
  const runningPods = new Map<string, number>();
  const livePods = new Map<string, RolloutPod | null>();
  const liveTags = new Map<string, LiveTag>();
  const rcs = deps.controllers(key);
  const pods = deps.pods(key);
  const refusals = await deps.pulls.find(dc);
  let resolve = withoutRefused(live ? await readTags(deps.kube, dc) : deps.resolve, refusals);
  let fresh = live;
  let canPublish = deps.announcer.works();
  for (;;) {
    const nowMs = deps.clock.now();
    const fights = judgeFights({ ...view, dc }, resolve, nowMs);
    const observed: Observed = {
      dc: fights.dc,
      problems,
      rcs,
      resolve,
      runningPods,
      pods,
      livePods,
      liveTags,
      isPublished: deps.announcer.isPublished,
      canPublish,
      statusWritten: deps.statusPace.lastWrite(key),
      nowMs,
    };
    const action = nextStep(observed);
    switch (action.kind) {
      case 'publish':
        try {
          for (const emission of action.emissions) await deps.announcer.publish(dc, emission, signal);
        } catch (error) {
          if (!canPublish) throw error;
          canPublish = false; // what else is to be done comes first
        }
        continue;
      case 'count-pods':
        runningPods.set(action.rc.metadata.name, await countRunningPods(deps.kube, action.rc));
        continue;
      case 'read-pod':
        livePods.set(action.name, await readPod(deps.kube, action.rc, action.name));
        continue;
      case 'read-tags':
        for (const target of action.targets) {
          liveTags.set(tagTargetId(target), await readHookTag(deps.kube, action.rc, target));
        }
        continue;
      case 'patch-spec':
        if (fresh) return { ...action, ...(fights.reverts && { reverts: fights.reverts }) };
        resolve = withoutRefused(await readTags(deps.kube, dc), refusals);
        fresh = true;
        continue;
      case 'wait':
        return deps.pulls.heed(key, dc, refusals, deps.waits.heed(key, dc, resolve, action, fights));
      default:
        return action;
    }
  }
}

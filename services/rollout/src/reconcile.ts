import type { KubeObject, ReplicationController } from '@tagstream/api-types';
import { type Action, followedTags, nextStep, type Observed, type TagResolver } from '@tagstream/deployment';
import type { KubeClient } from '@tagstream/kube';
import type { Clock, RunResult } from '@tagstream/service';
import type { Announcer } from './announce.ts';
import { countRunningPods } from './count-pods.ts';
import type { EventRecorder } from './events.ts';
import { readTags } from './live-tags.ts';
import type { PendingWrites } from './pending-write.ts';
import { perform, type WriteAction } from './perform.ts';
import { RefusedError, refusal } from './refusal.ts';
import type { Telemetry } from './telemetry.ts';
import type { ConfigView } from './views.ts';
import type { WakeUps } from './wake-ups.ts';

/** What a step needs: what is seen, and whom to ask and tell. */
export interface ReconcileDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly announcer: Announcer;
  readonly recordEvent: EventRecorder;
  readonly pending: PendingWrites;
  readonly wakeUps: WakeUps;
  /** The DeploymentConfig of a key as it is in view. */
  readonly config: (key: string) => ConfigView | undefined;
  /** Its ReplicationControllers, of one moment. */
  readonly controllers: (key: string) => readonly ReplicationController[];
  /** What a tag resolves to as far as ImageStreams are in view. */
  readonly resolve: TagResolver;
  /** Whether the ImageStreams of a namespace are in view; others are read live. */
  readonly seesStreamsOf: (namespace: string) => boolean;
}

/** The watch normally brings what we wait for within milliseconds; this is for when it does not. */
const AGAIN_MS = 1000;

/** Longest sleep without looking: clocks are set, and timers have limits. */
const MAX_SLEEP_MS = 10 * 60_000;

/**
 * Takes one step for a DeploymentConfig: one write, and the watch that shows it brings the next step about. Everything is
 * looked at anew each time, so that it does not matter which process took the step before, or how it ended.
 * @throws KubeError, BusError when something could not be reached or was refused; the queue comes back with growing delays.
 */
export async function reconcile(deps: ReconcileDeps, key: string, signal: AbortSignal): Promise<RunResult | undefined> {
  const view = deps.config(key);
  const requests = deps.wakeUps.take(key);
  if (view === undefined) {
    for (const request of requests) request.resolve();
    deps.pending.forget(key);
    return undefined;
  }
  const waitMs = deps.pending.waitMs(key, (object) => find(deps, key, view, object), deps.clock.now());
  if (waitMs > 0) {
    deps.wakeUps.putBack(key, requests);
    return { againAfterMs: waitMs };
  }
  try {
    const live = requests.length > 0 || !followedTags(view.dc).every(({ namespace }) => deps.seesStreamsOf(namespace));
    const action = await decide(deps, key, view, { live, signal });
    // Who asked wants the images written. A look at live tags that wants none written is an answer, whatever comes next.
    if (action.kind !== 'patch-spec') for (const request of requests) request.resolve();
    const { again, overtaken } = await execute(deps, key, view, action);
    if (overtaken && action.kind === 'patch-spec') deps.wakeUps.putBack(key, requests);
    else for (const request of requests) request.resolve();
    return again;
  } catch (error) {
    for (const request of requests) request.reject(error);
    throw error;
  }
}

/**
 * The next action that is a write or a wait. A write of images rests on a live read of the streams, made after the
 * DeploymentConfig was taken: on an old view of it the write conflicts, so that an old image is never written.
 */
async function decide(
  deps: ReconcileDeps,
  key: string,
  view: ConfigView,
  { live, signal }: { readonly live: boolean; readonly signal: AbortSignal },
): Promise<WriteAction | Extract<Action, { kind: 'wait' }>> {
  const { dc, problems } = view;
  const runningPods = new Map<string, number>();
  const rcs = deps.controllers(key);
  let resolve = live ? await readTags(deps.kube, dc) : deps.resolve;
  let fresh = live;
  for (;;) {
    const nowMs = deps.clock.now();
    const observed: Observed = {
      dc,
      problems,
      rcs,
      resolve,
      runningPods,
      isPublished: deps.announcer.isPublished,
      nowMs,
    };
    const action = nextStep(observed);
    switch (action.kind) {
      case 'publish':
        for (const emission of action.emissions) await deps.announcer.publish(dc, emission, signal);
        continue;
      case 'count-pods':
        runningPods.set(action.rc.metadata.name, await countRunningPods(deps.kube, action.rc));
        continue;
      case 'patch-spec':
        if (fresh) return action;
        resolve = await readTags(deps.kube, dc);
        fresh = true;
        continue;
      default:
        return action;
    }
  }
}

interface Executed {
  readonly again: RunResult | undefined;
  readonly overtaken?: true;
}

async function execute(
  deps: ReconcileDeps,
  key: string,
  { dc }: ConfigView,
  action: WriteAction | Extract<Action, { kind: 'wait' }>,
): Promise<Executed> {
  if (action.kind === 'wait') {
    deps.telemetry.log.debug({ config: key, reason: action.reason }, 'nothing to do now');
    const { againAfterMs } = action;
    return { again: againAfterMs === undefined ? undefined : { againAfterMs: Math.min(againAfterMs, MAX_SLEEP_MS) } };
  }
  const performed = await perform(deps.kube, dc, action);
  switch (performed.kind) {
    case 'done':
      deps.pending.set(key, performed, deps.clock.now());
      deps.telemetry.written(action, { config: key, object: performed.object.metadata.name });
      for (const note of action.events ?? []) deps.recordEvent(dc, note);
      return { again: { againAfterMs: AGAIN_MS } };
    case 'overtaken':
      deps.telemetry.overtaken(action, { config: key });
      return { again: { againAfterMs: AGAIN_MS }, overtaken: true };
    case 'refused':
      deps.telemetry.refused(action, { config: key, err: performed.error });
      await refusal({ ...deps, rcs: deps.controllers(key) }, dc, action, performed.error);
      throw new RefusedError(`${action.kind} was refused; it is tried again`, { cause: performed.error });
  }
}

/** An object that was written, as it is in view now. */
function find(deps: ReconcileDeps, key: string, view: ConfigView, object: KubeObject): KubeObject | undefined {
  if (object.metadata.uid === view.dc.metadata.uid) return view.dc;
  return deps.controllers(key).find((rc) => rc.metadata.name === object.metadata.name);
}

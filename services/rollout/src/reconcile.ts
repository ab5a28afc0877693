import type { KubeObject } from '@tagstream/api-types';
import { followedTags } from '@tagstream/deployment';
import type { RunResult } from '@tagstream/service';
import { type DecideDeps, type Decision, decide } from './decide.ts';
import type { EventRecorder } from './events.ts';
import type { PendingWrites } from './pending-write.ts';
import { perform } from './perform.ts';
import { RefusedError, refusal } from './refusal.ts';
import type { Telemetry } from './telemetry.ts';
import type { ConfigView } from './views.ts';
import type { WakeUps } from './wake-ups.ts';

/** What a step needs: what is seen, and whom to ask and tell. */
export interface ReconcileDeps extends DecideDeps {
  readonly telemetry: Telemetry;
  readonly recordEvent: EventRecorder;
  readonly pending: PendingWrites;
  readonly wakeUps: WakeUps;
  /** The DeploymentConfig of a key as it is in view. */
  readonly config: (key: string) => ConfigView | undefined;
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
    deps.statusPace.forget(key);
    deps.pulls.forget(key);
    return undefined;
  }
  const waitMs = deps.pending.waitMs(key, (object) => find(deps, key, view, object), deps.clock.now());
  if (waitMs > 0) {
    deps.wakeUps.putBack(key, requests);
    return { againAfterMs: waitMs };
  }
  deps.statusPace.seen(key, view.dc.status ?? {});
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

interface Executed {
  readonly again: RunResult | undefined;
  readonly overtaken?: true;
}

async function execute(deps: ReconcileDeps, key: string, view: ConfigView, action: Decision): Promise<Executed> {
  const { dc } = view;
  if (action.kind === 'wait') {
    deps.telemetry.log.debug({ config: key, reason: action.reason }, 'nothing to do now');
    const { againAfterMs } = action;
    return { again: againAfterMs === undefined ? undefined : { againAfterMs: Math.min(againAfterMs, MAX_SLEEP_MS) } };
  }
  const performed = await perform(deps.kube, dc, action);
  switch (performed.kind) {
    case 'done':
      deps.pending.set(key, performed, deps.clock.now());
      if (action.kind === 'write-status' || action.kind === 'bump-version') {
        deps.statusPace.written(key, deps.clock.now());
      }
      deps.telemetry.written(action, { config: key, object: performed.object.metadata.name });
      for (const note of action.events ?? []) deps.recordEvent(dc, note);
      return { again: { againAfterMs: AGAIN_MS } };
    case 'overtaken':
      deps.telemetry.overtaken(action, { config: key });
      return { again: { againAfterMs: AGAIN_MS }, overtaken: true };
    case 'refused':
    case 'foreign': {
      const { kind, error } = performed;
      const instead = action.otherwise?.({ kind, message: error.message });
      if (instead) return await execute(deps, key, view, instead);
      deps.telemetry.refused(action, { config: key, err: error });
      await refusal({ ...deps, rcs: deps.controllers(key) }, dc, action, error);
      throw new RefusedError(`${action.kind} was refused; it is tried again`, { cause: error });
    }
  }
}

/** An object that was written, as it is in view now. */
function find(deps: ReconcileDeps, key: string, view: ConfigView, object: KubeObject): KubeObject | undefined {
  if (object.metadata.uid === view.dc.metadata.uid) return view.dc;
  const among: readonly KubeObject[] = object.kind === 'Pod' ? deps.pods(key) : deps.controllers(key);
  return among.find(({ metadata }) => metadata.name === object.metadata.name);
}

import type { Build } from '@tagstream/api-types';
import type { Bus } from '@tagstream/bus';
import { BUILD_DUPLICATE_WINDOW_MS, BuildProgressed } from '@tagstream/events';
import { type EventRecorder, resources } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import { announcePush } from './announce-push.ts';
import { type Progress, progressOf } from './progress.ts';
import type { Telemetry } from './telemetry.ts';

interface AnnounceDeps {
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly recordEvent: EventRecorder;
}

/** Tells everybody about the phases of Builds. */
export interface Announcer {
  /** @throws BusError when something could not be published: it stays to be told. */
  announce(build: Build, signal: AbortSignal): Promise<void>;
  /** Whether the phase that a Build is in has been told. */
  hasTold(build: Build): boolean;
  /** The Build is gone: nothing more is remembered about it. */
  forget(uid: string): void;
}

/** An unreachable NATS is waited for by coming back, not by holding on. */
const PUBLISH_TIMEOUT_MS = 5000;

/** OpenShift: the events on a Build. */
const NOTES: Partial<Record<Progress['phase'], readonly [reason: string, ending: string]>> = {
  Running: ['BuildStarted', 'is now running'],
  Complete: ['BuildCompleted', 'completed successfully'],
  Failed: ['BuildFailed', 'failed'],
  Error: ['BuildFailed', 'failed'],
  Cancelled: ['BuildCancelled', 'has been cancelled'],
};

/**
 * Publishes every phase once, whichever replica looks first: what was published within the window of the stream is not stored
 * again, and what is older is told only while it is the signal to begin.
 */
export function createAnnouncer({ bus, clock, telemetry, recordEvent }: AnnounceDeps): Announcer {
  const told = new Map<string, Set<string>>();
  return {
    async announce(build, signal) {
      const uid = build.metadata.uid ?? '';
      const phases = told.get(uid) ?? new Set<string>();
      told.set(uid, phases);
      for (const progress of progressOf(build)) {
        if (phases.has(progress.phase)) continue;
        if (isWorthTelling(progress, build, clock.now())) await tell(build, progress, signal);
        phases.add(progress.phase);
      }
    },
    hasTold({ metadata, status }) {
      return told.get(metadata.uid ?? '')?.has(status?.phase ?? 'New') ?? false;
    },
    forget(uid) {
      told.delete(uid);
    },
  };

  async function tell(build: Build, progress: Progress, signal: AbortSignal): Promise<void> {
    const options = { signal, timeoutMs: PUBLISH_TIMEOUT_MS };
    if (progress.phase === 'Complete') await announcePush(bus, progress, options);
    const { duplicate } = await bus.publish(BuildProgressed, progress, options);
    if (duplicate) return;
    telemetry.announced(progress);
    const note = NOTES[progress.phase];
    if (note === undefined) return;
    const message = `Build ${progress.namespace}/${progress.name} ${note[1]}`;
    recordEvent(resources.builds, build, { type: 'Normal', reason: note[0], message });
  }
}

function isWorthTelling({ phase, at }: Progress, build: Build, nowMs: number): boolean {
  if (phase === 'Pending' && build.status?.phase === 'Pending') return true;
  return nowMs - Date.parse(at) < BUILD_DUPLICATE_WINDOW_MS;
}

import type { KubeObject } from '@tagstream/api-types';
import { type KubeClient, recordEvent } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import type { Telemetry } from './telemetry.ts';

/** Events are a courtesy: when so many are on their way, the API server has more important things to do. */
const MAX_IN_FLIGHT = 64;

/** What is said about a Build or BuildConfig. */
interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Records events on Builds and BuildConfigs, without anybody waiting for it. */
export type EventRecorder = (kind: 'Build' | 'BuildConfig', object: KubeObject, note: EventNote) => void;

export function createEventRecorder(kube: KubeClient, clock: Clock, telemetry: Telemetry): EventRecorder {
  let inFlight = 0;
  return (kind, { metadata }, note) => {
    if (inFlight >= MAX_IN_FLIGHT) {
      telemetry.eventDropped();
      return;
    }
    inFlight += 1;
    const regarding = {
      apiVersion: 'build.openshift.io/v1',
      kind,
      name: metadata.name,
      namespace: metadata.namespace ?? '',
      uid: metadata.uid ?? '',
    };
    void recordEvent(kube, { regarding, ...note, component: 'tagstream-builds', clock }).finally(() => {
      inFlight -= 1;
    });
  };
}

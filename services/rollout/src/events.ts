import type { DeploymentConfig } from '@tagstream/api-types';
import type { EventNote } from '@tagstream/deployment';
import { type KubeClient, recordEvent } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import type { Telemetry } from './telemetry.ts';

/** Events are a courtesy: when so many are on their way, the API server has more important things to do. */
const MAX_IN_FLIGHT = 64;

/** Records events on DeploymentConfigs, without anybody waiting for it. */
export type EventRecorder = (dc: DeploymentConfig, note: EventNote & { readonly counted?: boolean }) => void;

export function createEventRecorder(kube: KubeClient, clock: Clock, telemetry: Telemetry): EventRecorder {
  let inFlight = 0;
  return ({ metadata }, note) => {
    if (inFlight >= MAX_IN_FLIGHT) {
      telemetry.eventDropped();
      return;
    }
    inFlight += 1;
    const regarding = {
      apiVersion: 'apps.openshift.io/v1',
      kind: 'DeploymentConfig',
      name: metadata.name,
      namespace: metadata.namespace ?? '',
      uid: metadata.uid ?? '',
    };
    void recordEvent(kube, { regarding, ...note, component: 'tagstream-rollout', clock }).finally(() => {
      inFlight -= 1;
    });
  };
}

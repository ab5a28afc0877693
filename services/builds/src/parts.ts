import type { Bus } from '@tagstream/bus';
import type { KubeClient } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { BuildsConfig } from './config.ts';
import type { Telemetry } from './telemetry.ts';

/** What the parts of the service are started with. */
export interface Parts extends Pick<ServiceContext<BuildsConfig>, 'config' | 'clock' | 'health' | 'signal' | 'defer'> {
  readonly bus: Bus;
  readonly kube: KubeClient;
  readonly telemetry: Telemetry;
}

/** Waits after failures. An outage of the API server or of NATS is waited for without end. */
export const RETRY = { minMs: 200, maxMs: 30_000, factor: 2 } as const;

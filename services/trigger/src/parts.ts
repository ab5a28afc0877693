import type { Bus } from '@tagstream/bus';
import type { KubeClient, PullPermission } from '@tagstream/kube';
import type { ServiceContext } from '@tagstream/service';
import type { TriggerConfig } from './config.ts';
import type { Telemetry } from './telemetry.ts';

/** What both halves of the service are started with. */
export interface Parts extends Pick<ServiceContext<TriggerConfig>, 'config' | 'clock' | 'health' | 'signal' | 'defer'> {
  readonly bus: Bus;
  readonly kube: KubeClient;
  readonly mayPull: PullPermission;
  readonly telemetry: Telemetry;
}

/** Waits after failures. An outage of the API server or of NATS is waited for without end. */
export const RETRY = { minMs: 200, maxMs: 15_000, factor: 2 } as const;

/** When to look again for a right that was missing: nobody tells when it is granted. */
export const FORBIDDEN_RETRY_MS = 15_000;

/**
 * A message is given up after so many deliveries. With waits of up to 15 s this is several hours: longer than an outage, short
 * enough that a message nobody can process comes to an operator's attention.
 */
export const MAX_DELIVER = 1500;

/**
 * When a message of a killed replica goes to another one. A message that is being worked on is kept alive, so this bounds only how
 * long a death goes unnoticed.
 */
export const ACK_WAIT_MS = 5000;

/**
 * Name of a durable consumer. A service that looks after one namespace has consumers of its own, beside those of a service that
 * looks after all.
 */
export const durableName = (name: string, namespace: string | undefined): string =>
  namespace === undefined ? name : `${name}-${namespace}`;

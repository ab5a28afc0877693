import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { computeStatus, statusDiffers } from '@tagstream/deployment';
import type { KubeClient, KubeError } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import type { EventRecorder } from './events.ts';
import { perform, type WriteAction } from './perform.ts';

/** The API server refused a write. What stands in the way may go away without our seeing it, so that it is tried again. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly retryable = true;
}

interface RefusalDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly recordEvent: EventRecorder;
  readonly rcs: readonly ReplicationController[];
}

/**
 * Tells the owner of a DeploymentConfig that the API server refused a write: an event, and, when the ReplicationController of
 * a version could not be created, OpenShift's condition. The write is tried again with growing delays: a quota is raised, an
 * object in the way deleted.
 */
export async function refusal(
  deps: RefusalDeps,
  dc: NormalDeploymentConfig,
  action: WriteAction,
  error: KubeError,
): Promise<void> {
  const { reason, message } = action.onRefusal ?? { reason: 'WriteRefused', message: `Couldn't ${action.kind}` };
  const text = `${message}: ${error.message}`;
  deps.recordEvent(dc, { type: 'Warning', reason, message: text });
  if (action.kind !== 'create-rc') return;
  const status = computeStatus({
    dc,
    rcs: deps.rcs,
    now: deps.clock.iso(),
    also: { type: 'Progressing', status: 'False', reason: 'ReplicationControllerCreateError', message: text },
  });
  if (statusDiffers(dc, status)) await perform(deps.kube, dc, { kind: 'write-status', status });
}

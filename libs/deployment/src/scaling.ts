import type { ReplicationController } from '@tagstream/api-types';
import type { ChangeRc } from './action.ts';

/** The write that changes the replicas of a ReplicationController. */
export function scaling(
  rc: ReplicationController,
  replicas: number,
  annotations: Readonly<Record<string, string>>,
): ChangeRc {
  const move = `replication controller "${rc.metadata.name}" from ${rc.spec.replicas ?? 0} to ${replicas}`;
  return {
    kind: 'change-rc',
    why: 'scale',
    rc,
    replicas,
    annotations,
    events: [{ type: 'Normal', reason: 'ReplicationControllerScaled', message: `Scaled ${move}` }],
    onRefusal: { reason: 'ReplicationControllerScaleFailed', message: `Failed to scale ${move}` },
  };
}

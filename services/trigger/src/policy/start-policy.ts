import type { ObjectReference } from '@tagstream/api-types';
import { type KubeClient, recordEvent } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import type { Telemetry } from '../telemetry.ts';
import { createProblemReports, type Problem, type ProblemReports } from '../workload/problem-reports.ts';
import { FIELD_MANAGER } from '../workload/update-workload.ts';
import type { WorkloadKey } from '../workload/workload-view.ts';
import { createRevertJudge } from './revert-judge.ts';
import { createUpdateGate, type UpdateGate } from './update-gate.ts';

/** Longest sleep without looking: clocks are set. */
const MAX_SLEEP_MS = 60 * 60_000;

export interface StartPolicyOptions {
  readonly kube: Pick<KubeClient, 'create' | 'get' | 'mergePatch'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** How a Kubernetes Event names a workload. */
  readonly regarding: (key: WorkloadKey) => ObjectReference & { readonly kind: string; readonly name: string };
  /** Has a workload looked at again after some milliseconds. */
  readonly again: (id: string, ms: number) => void;
}

/** The gate of a service: what it finds becomes Kubernetes Events, and what waits comes back to the queue. */
export function startPolicy({ kube, clock, telemetry, regarding, again }: StartPolicyOptions): UpdateGate {
  const tellOnce =
    (type: 'Normal' | 'Warning') =>
    (key: WorkloadKey, { uid, reason, message }: Problem): Promise<boolean> => {
      const about = { ...regarding(key), uid };
      return recordEvent(kube, {
        regarding: about,
        type,
        reason,
        message,
        component: 'tagstream-trigger',
        counted: false,
        clock,
      });
    };
  const waits: ProblemReports = createProblemReports(clock, tellOnce('Normal'), Number.POSITIVE_INFINITY);
  const fights: ProblemReports = createProblemReports(clock, tellOnce('Warning'));
  return createUpdateGate({
    clock,
    reverts: createRevertJudge({ kube, ourManager: FIELD_MANAGER, fights, telemetry }),
    waits,
    telemetry,
    lookAgainAt: ({ id }, atMs) => again(id, Math.min(Math.max(atMs - clock.now(), 0), MAX_SLEEP_MS)),
  });
}

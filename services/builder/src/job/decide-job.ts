import type { Build, KubeObject } from '@tagstream/api-types';
import { cancelledByUser, isTerminal, type PhaseChange, phaseOf } from '@tagstream/build';
import { type FailureReason, failureMessages, phaseOfFailure } from '../build-failure.ts';

/** The members of a Job that are read. */
export interface Job extends KubeObject {
  readonly status?: {
    readonly conditions?:
      | readonly {
          readonly type: string;
          readonly status: string;
          readonly reason?: string;
          readonly message?: string;
        }[]
      | null;
  } | null;
}

interface ContainerStatus {
  readonly state?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } | null } | null;
}

/** The members of a Pod that are read. */
export interface JobPod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly containerStatuses?: readonly ContainerStatus[] | null;
  } | null;
}

/** What is to be done about a Build that has a Job. */
export type JobStep =
  | { readonly kind: 'nothing' }
  /** The Job is not there yet. */
  | { readonly kind: 'create' }
  /** Removes the Job if it is there, then writes how the Build ended. */
  | { readonly kind: 'end'; readonly change: PhaseChange; readonly removeJob: boolean };

/**
 * What to do about a Build by its Job. The pod itself writes how its build ended; this is for pods that could not.
 * @param job undefined when there is none, or one that belongs to somebody else
 * @param pods of the Job
 */
export function decideJob(build: Build, job: Job | undefined, pods: readonly JobPod[]): JobStep {
  const phase = phaseOf(build);
  if (isTerminal(phase)) return { kind: 'nothing' };
  if (build.status?.cancelled) return { kind: 'end', change: cancelledByUser, removeJob: true };
  if (job === undefined || job.metadata.deletionTimestamp) {
    return phase === 'Running' ? failure('BuildPodDeleted') : { kind: 'create' };
  }
  if (holds(job, 'Failed')) return failedJob(job, pods);
  return holds(job, 'Complete') ? failure('NoBuildContainerStatus') : { kind: 'nothing' };
}

/** OpenShift: memory comes before eviction, and eviction before everything else. */
function failedJob(job: Job, pods: readonly JobPod[]): JobStep {
  const killed = pods.some(
    ({ status }) =>
      status?.reason === 'OOMKilled' ||
      (status?.containerStatuses ?? []).some(({ state }) => state?.terminated?.reason === 'OOMKilled'),
  );
  if (killed) return failure('OutOfMemoryKilled');
  const evicted = pods.find(({ status }) => status?.reason === 'Evicted');
  if (evicted) return failure('BuildPodEvicted', evicted.status?.message);
  const condition = (job.status?.conditions ?? []).find(({ type, status }) => type === 'Failed' && status === 'True');
  if (condition?.reason === 'DeadlineExceeded') {
    return failure('GenericBuildFailed', 'The build took longer than its completionDeadlineSeconds allow.');
  }
  if (pods.length === 0) return failure('BuildPodDeleted');
  return failure('GenericBuildFailed');
}

function failure(reason: FailureReason, message?: string): JobStep {
  return {
    kind: 'end',
    change: { phase: phaseOfFailure(reason), reason, message: message || failureMessages[reason] },
    removeJob: false,
  };
}

function holds(job: Job, wanted: string): boolean {
  return (job.status?.conditions ?? []).some(({ type, status }) => type === wanted && status === 'True');
}

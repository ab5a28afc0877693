import type { Build } from '@tagstream/api-types';
import { isKubeError, type KubeClient, resources } from '@tagstream/kube';
import type { Clock } from '@tagstream/service';
import { failureMessages } from '../build-failure.ts';
import { accountSecrets } from '../inputs/read-inputs.ts';
import { writeAsHolder } from '../runner/build-writes.ts';
import { jobClaim, jobOf } from '../runner/decide-claim.ts';
import { idOf } from '../runner/run-build.ts';
import type { Telemetry } from '../telemetry.ts';
import { buildJob, type JobSettings, jobName } from './build-job.ts';
import { decideJob, type Job, type JobPod } from './decide-job.ts';

/** What looking after Jobs takes. */
export interface JobDeps {
  readonly kube: Pick<KubeClient, 'get' | 'list' | 'create' | 'delete' | 'mergePatch'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly settings: (build: Build, accountSecrets: readonly string[]) => JobSettings;
}

/**
 * Brings a Build that a Job has to where it should be: creates the Job, or writes how the Build ended when its pod could not.
 * Safe to repeat, and for several replicas to do.
 */
export async function reconcileJob(deps: JobDeps, namespace: string, name: string): Promise<void> {
  const { kube, clock, telemetry } = deps;
  const build = await orNone(kube.get<Build>({ resource: resources.builds, namespace, name }));
  if (build === undefined || jobOf(build) === undefined) return;
  const job = await ownJob(deps, build);
  const step = decideJob(build, job, job ? await podsOf(deps, job) : []);
  const key = { resource: resources.jobs, namespace, name: jobName(build) };
  switch (step.kind) {
    case 'nothing':
      return;
    case 'create':
      // One that is being deleted has the name until it is gone; its end comes by watch.
      if (job === undefined) await createJob(deps, build);
      return;
    case 'end': {
      if (step.removeJob && job) {
        const { uid } = job.metadata;
        await orNone(kube.delete(key, { propagationPolicy: 'Background', ...(uid && { preconditions: { uid } }) }));
      }
      const ended = await writeAsHolder(kube, idOf(build), jobClaim(jobName(build)), step.change, { clock });
      if (ended) telemetry.ended(ended);
      return;
    }
    default:
      step satisfies never;
  }
}

/** The Job of that name, if it belongs to this Build; an error to be told when it does not. */
async function ownJob({ kube }: JobDeps, build: Build): Promise<Job | undefined> {
  const { namespace = '' } = build.metadata;
  const job = await orNone(kube.get<Job>({ resource: resources.jobs, namespace, name: jobName(build) }));
  return job?.metadata.ownerReferences?.some(({ uid }) => uid === build.metadata.uid) ? job : undefined;
}

async function podsOf({ kube }: JobDeps, job: Job): Promise<JobPod[]> {
  const { namespace = '', name } = job.metadata;
  const labelSelector = `batch.kubernetes.io/job-name=${name}`;
  return (await kube.list<JobPod>(resources.pods, { namespace, labelSelector })).items;
}

async function createJob(deps: JobDeps, build: Build): Promise<void> {
  const { kube, clock, telemetry } = deps;
  const job = buildJob(build, deps.settings(build, await accountSecrets(kube, build)));
  try {
    await kube.create(resources.jobs, job);
    telemetry.jobCreated(build, job.metadata.name);
  } catch (error) {
    if (isKubeError(error, 'already_exists')) {
      if (await ownJob(deps, build)) return;
      await end('BuildPodExists', 'The pod for this build already exists and is older than the build.');
    } else if (isKubeError(error, 'invalid', 'forbidden')) {
      await end('CannotCreateBuildPod', `${failureMessages.CannotCreateBuildPod} ${error.message}`);
    } else throw error;
  }

  async function end(reason: 'BuildPodExists' | 'CannotCreateBuildPod', message: string): Promise<void> {
    const change = { phase: 'Error', reason, message } as const;
    const ended = await writeAsHolder(kube, idOf(build), jobClaim(jobName(build)), change, { clock });
    if (ended) telemetry.ended(ended);
  }
}

async function orNone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isKubeError(error, 'not_found')) return undefined;
    throw error;
  }
}

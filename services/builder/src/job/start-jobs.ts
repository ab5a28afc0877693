import type { Build, KubeObject } from '@tagstream/api-types';
import { isTerminal, phaseOf } from '@tagstream/build';
import { buildLogSubject } from '@tagstream/events';
import { type KubeClient, resources, watchCache } from '@tagstream/kube';
import { type Clock, keyedQueue } from '@tagstream/service';
import type { BuilderConfig } from '../config.ts';
import { DEFAULT_ACCOUNT } from '../inputs/read-inputs.ts';
import { jobClaim, jobOf } from '../runner/decide-claim.ts';
import type { Executor } from '../runner/handle-pending.ts';
import type { Telemetry } from '../telemetry.ts';
import { BUILD_NAME, JOB_LABEL, jobName } from './build-job.ts';
import { type JobDeps, reconcileJob } from './reconcile-job.ts';

/** What running Builds as Jobs takes. */
interface JobsContext {
  readonly config: BuilderConfig;
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly prefix: string;
  defer<T extends AsyncDisposable>(resource: T): T;
}

/** Builds that are looked at at the same time; each costs a few requests. */
const CONCURRENCY = 4;

const RETRY = { minMs: 500, maxMs: 60_000, factor: 2 };

/** Runs Builds as Jobs: each gets one, and what becomes of the Jobs is followed by watch. */
export function startJobs({ config, kube, clock, telemetry, prefix, defer }: JobsContext): Executor {
  const deps: JobDeps = {
    kube,
    clock,
    telemetry,
    settings: (build, accountSecrets) => ({
      image: config.jobImage,
      env: jobEnvironment(config),
      workDir: config.workDir,
      inputs: config.jobInputs,
      userNamespace: config.jobUserNamespace,
      serviceAccount: build.spec.serviceAccount || DEFAULT_ACCOUNT,
      accountSecrets,
    }),
  };
  const queue = defer(
    keyedQueue({
      concurrency: CONCURRENCY,
      retry: RETRY,
      clock,
      onError: ({ key, error }) => telemetry.reconcileFailed(key, error),
      run: async (key) => {
        const [namespace = '', name = ''] = key.split('/');
        await reconcileJob(deps, namespace, name);
      },
    }),
  );
  const where = config.namespace ? { namespace: config.namespace } : {};
  defer(
    watchCache<KubeObject, string>(kube, resources.jobs, {
      ...where,
      labelSelector: `${JOB_LABEL}=builder`,
      // The version, so that every change counts.
      project: ({ metadata }) => `${metadata.resourceVersion} ${metadata.annotations?.[BUILD_NAME] ?? ''}`,
      onChange: ({ namespace }, now, before) => queue.add(`${namespace}/${(now ?? before)!.split(' ')[1]}`),
    }),
  );
  defer(
    watchCache<Build, string>(kube, resources.builds, {
      ...where,
      project: (build) =>
        jobOf(build) === undefined || isTerminal(phaseOf(build)) ? undefined : (build.metadata.resourceVersion ?? ''),
      onChange: ({ namespace, name }, now) => {
        if (now !== undefined) queue.add(`${namespace}/${name}`);
      },
    }),
  );
  return {
    holder: (build) => jobClaim(jobName(build)),
    logLocation: ({ metadata }) => `nats:${prefix}.${buildLogSubject(metadata.namespace ?? '', metadata.name)}`,
    // The claim lasts without this process: whoever watches creates the Job, now or after a restart.
    async run({ metadata }) {
      queue.add(`${metadata.namespace}/${metadata.name}`);
      return { kind: 'done' };
    },
  };
}

/** The configuration that the pods of Jobs get. */
function jobEnvironment(config: BuilderConfig): Record<string, string> {
  const { httpProxy, httpsProxy, noProxy } = config;
  return {
    NATS_URL: config.jobNatsUrl ?? config.natsUrl,
    TAGSTREAM_PREFIX: config.subjectPrefix,
    TAGSTREAM_LOG_LEVEL: config.logLevel,
    TAGSTREAM_BUILDER_GIT_PROTOCOLS: config.gitProtocols.join(','),
    ...(config.insecureRegistries.length > 0 && {
      TAGSTREAM_INSECURE_REGISTRIES: config.insecureRegistries.join(','),
    }),
    ...(httpProxy && { HTTP_PROXY: httpProxy }),
    ...(httpsProxy && { HTTPS_PROXY: httpsProxy }),
    ...(noProxy && { NO_PROXY: noProxy }),
  };
}

import type { Build, KubeObject } from '@tagstream/api-types';
import { buildPodName } from '@tagstream/build';
import { inputPath } from '../inputs/read-inputs.ts';
import { referencedObjects } from '../inputs/referenced-objects.ts';
import { RUNNER } from '../runner/decide-claim.ts';

/** Label of the Jobs of this runner. */
export const JOB_LABEL = 'build.tagstream.io/runner';

/** OpenShift: annotation (and, where it fits, label) that names the Build. */
export const BUILD_NAME = 'openshift.io/build.name';

/** How Jobs are made, whatever the Build. */
export interface JobSettings {
  readonly image: string;
  /** Variables of the container; the configuration of this very program. */
  readonly env: Readonly<Record<string, string>>;
  readonly workDir: string;
  /** Where Secrets and ConfigMaps are mounted. */
  readonly inputs: string;
  readonly userNamespace: boolean;
  readonly serviceAccount: string;
  /** Secrets of the service account. */
  readonly accountSecrets: readonly string[];
}

/** OpenShift: a build that does not say how long it may take gets a week. */
const DEFAULT_DEADLINE_SECONDS = 604_800;

/** The log is in NATS: a finished pod is kept for those who look at it. */
const KEPT_SECONDS = 3600;

/** Where root is only root of its own namespace, the right to mount concerns nobody else. */
const ROOT_OF_ITS_OWN = {
  runAsUser: 0,
  allowPrivilegeEscalation: true,
  capabilities: { add: ['SYS_ADMIN'] },
};

/** Without namespaces of the node's runtime, buildah makes one itself, with the ids that the image sets aside. */
const ORDINARY_USER = {
  runAsUser: 1000,
  runAsGroup: 1000,
  allowPrivilegeEscalation: true,
  seccompProfile: { type: 'Unconfined' },
};

/** Name of the Job of a Build. */
export function jobName(build: Pick<Build, 'metadata'>): string {
  return buildPodName(build.metadata.name);
}

/**
 * The Job that runs a Build: one pod, which is not replaced. OpenShift: named after the Build and owned by it, with its
 * resources, nodes and deadline. The Secrets of the Build are mounted, so that its pod needs no right to read Secrets.
 */
export function buildJob(build: Build, settings: JobSettings): KubeObject & { readonly spec: unknown } {
  const { namespace = '', name, uid = '' } = build.metadata;
  const { spec } = build;
  const labels = { [JOB_LABEL]: RUNNER, ...(name.length <= 63 && { [BUILD_NAME]: name }) };
  const annotations = { [BUILD_NAME]: name };
  const inputs = mounts(build, settings);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(build),
      namespace,
      labels,
      annotations,
      ownerReferences: [{ apiVersion: 'build.openshift.io/v1', kind: 'Build', name, uid, controller: true }],
    },
    spec: {
      backoffLimit: 0,
      // A pod that is being deleted still runs: no second one beside it.
      podReplacementPolicy: 'Failed',
      activeDeadlineSeconds: spec.completionDeadlineSeconds ?? DEFAULT_DEADLINE_SECONDS,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels, annotations },
        spec: {
          restartPolicy: 'Never',
          serviceAccountName: settings.serviceAccount,
          nodeSelector: { 'kubernetes.io/os': 'linux', ...spec.nodeSelector },
          enableServiceLinks: false,
          ...(settings.userNamespace && { hostUsers: false }),
          volumes: [{ name: 'work', emptyDir: {} }, ...inputs.map(({ volume }) => volume)],
          containers: [
            {
              name: containerName(build),
              image: settings.image,
              imagePullPolicy: 'IfNotPresent',
              args: ['run', `${namespace}/${name}`],
              env: Object.entries({ ...settings.env, ...jobEnv(build, settings) }).map(([key, value]) => ({
                name: key,
                value,
              })),
              ...(spec.resources && { resources: spec.resources }),
              securityContext: settings.userNamespace ? ROOT_OF_ITS_OWN : ORDINARY_USER,
              volumeMounts: [{ name: 'work', mountPath: settings.workDir }, ...inputs.map(({ mount }) => mount)],
            },
          ],
        },
      },
    },
  };
}

function jobEnv(build: Build, { workDir, inputs, accountSecrets }: JobSettings): Record<string, string> {
  return {
    TAGSTREAM_BUILDER_JOB: jobName(build),
    TAGSTREAM_BUILDER_WORK_DIR: workDir,
    TAGSTREAM_BUILDER_INPUTS: inputs,
    ...(accountSecrets.length > 0 && { TAGSTREAM_BUILDER_ACCOUNT_SECRETS: accountSecrets.join(',') }),
  };
}

/** OpenShift: what the container of a build is called. */
export function containerName({ spec }: Build): string {
  return spec.strategy.sourceStrategy ? 'sti-build' : 'docker-build';
}

/** A Secret that does not exist must not keep the pod from starting: the build says what it misses. */
function mounts(build: Build, { inputs, accountSecrets }: JobSettings) {
  const names = referencedObjects(build);
  const secrets = [...new Set([...names.secrets, ...accountSecrets])];
  return [
    ...secrets.map((secretName, at) => ({
      volume: { name: `secret-${at}`, secret: { secretName, optional: true, defaultMode: 0o400 } },
      mount: { name: `secret-${at}`, mountPath: inputPath(inputs, 'secrets', secretName), readOnly: true },
    })),
    ...names.configMaps.map((name, at) => ({
      volume: { name: `configmap-${at}`, configMap: { name, optional: true } },
      mount: { name: `configmap-${at}`, mountPath: inputPath(inputs, 'configmaps', name), readOnly: true },
    })),
  ];
}

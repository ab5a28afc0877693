import type {
  Container,
  EnvVar,
  LifecycleHook,
  NormalDeploymentConfig,
  PodSpec,
  ReplicationController,
} from '@tagstream/api-types';
import { openshift } from './annotations.ts';
import type { HookMoment } from './hooks.ts';
import { hookPodName } from './name.ts';
import { deploymentEnv, GRACE_SECONDS, pick, podMetadata } from './pod-metadata.ts';
import type { RolloutPod } from './rollout-pod.ts';
import { withTrimmedImages } from './template.ts';

interface HookPodOptions {
  readonly moment: HookMoment;
  readonly attempt: number;
  /** What is left of the rollout's time. */
  readonly activeDeadlineSeconds: number;
}

/**
 * The pod of an `execNewPod` hook. OpenShift: one container made after the named one of the template, with the hook's
 * command, its environment over the container's, and only the volumes it asks for; no service account of its own. With the
 * failure policy Retry the kubelet starts the container again until the deadline.
 * @returns undefined when the template has no container of that name
 */
export function hookPod(
  config: NormalDeploymentConfig,
  rc: ReplicationController,
  hook: LifecycleHook,
  { moment, attempt, activeDeadlineSeconds }: HookPodOptions,
): RolloutPod | undefined {
  const { spec } = withTrimmedImages(config.spec.template);
  const exec = hook.execNewPod;
  const base = spec?.containers.find(({ name }) => name === exec?.containerName);
  if (!spec || !exec || !base) return undefined;
  const volumes = exec.volumes ?? [];
  const labels = { [openshift.deployerPodType]: `hook-${moment}` };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: podMetadata(config, rc, { name: hookPodName(rc.metadata.name, moment), attempt, labels }),
    spec: {
      ...pick(spec, ['imagePullSecrets', 'nodeSelector', 'securityContext']),
      containers: [
        {
          name: 'lifecycle',
          ...pick(base, ['image', 'imagePullPolicy', 'workingDir', 'resources', 'securityContext']),
          command: exec.command,
          env: mergedEnv(base.env ?? [], exec.env ?? [], deploymentEnv(rc)),
          volumeMounts: (base.volumeMounts ?? []).filter(({ name }) => volumes.includes(name)),
        },
      ],
      volumes: volumesOf(spec).filter(({ name }) => volumes.includes(name)),
      restartPolicy: hook.failurePolicy === 'Retry' ? 'OnFailure' : 'Never',
      activeDeadlineSeconds,
      terminationGracePeriodSeconds: GRACE_SECONDS,
    },
  };
}

/** Image of a container of the template; undefined when there is none of that name. OpenShift: init containers do not count. */
export function imageOf(config: NormalDeploymentConfig, containerName: string): string | undefined {
  const containers: readonly Container[] = config.spec.template.spec?.containers ?? [];
  return containers.find(({ name }) => name === containerName)?.image?.trim();
}

/** Later lists go before earlier ones; a variable keeps its place, since others may refer to it. */
function mergedEnv(...lists: readonly (readonly EnvVar[])[]): EnvVar[] {
  const merged = new Map<string, EnvVar>();
  for (const variable of lists.flat()) merged.set(variable.name, variable);
  return [...merged.values()];
}

function volumesOf(spec: PodSpec): { name: string }[] {
  return Array.isArray(spec.volumes) ? (spec.volumes as { name: string }[]) : [];
}

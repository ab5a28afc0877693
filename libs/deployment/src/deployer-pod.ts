import type { NormalDeploymentConfig, ReplicationController } from '@tagstream/api-types';
import { deployerPodName } from './name.ts';
import { deploymentEnv, GRACE_SECONDS, pick, podMetadata } from './pod-metadata.ts';
import type { RolloutPod } from './rollout-pod.ts';

/** Fields of the application's pods that decide where the deployer pod can run and what it can pull. */
const COPIED = ['dnsPolicy', 'dnsConfig', 'enableServiceLinks', 'imagePullSecrets', 'tolerations', 'nodeSelector'];

/**
 * The pod that carries out a Custom rollout. OpenShift: the user's image, command and environment, told by two variables which
 * ReplicationController it is to bring up, under the service account `deployer` of its namespace.
 * @param image of `customParams`
 */
export function deployerPod(
  config: NormalDeploymentConfig,
  rc: ReplicationController,
  { image, attempt }: { readonly image: string; readonly attempt: number },
): RolloutPod {
  const { customParams, resources, activeDeadlineSeconds } = config.spec.strategy;
  const command = customParams?.command ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: podMetadata(config, rc, { name: deployerPodName(rc.metadata.name), attempt }),
    spec: {
      ...pick(config.spec.template.spec ?? {}, COPIED),
      containers: [
        {
          name: 'deployment',
          image,
          ...(command.length > 0 && { command }),
          env: [...(customParams?.environment ?? []), ...deploymentEnv(rc)],
          resources,
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePolicy: 'FallbackToLogsOnError',
        },
      ],
      restartPolicy: 'Never',
      serviceAccountName: 'deployer',
      terminationGracePeriodSeconds: GRACE_SECONDS,
      activeDeadlineSeconds,
      shareProcessNamespace: false,
    },
  };
}

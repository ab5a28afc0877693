import type {
  DeploymentConfig,
  ImageStream,
  KubeObject,
  PodTemplateSpec,
  ReplicationController,
} from '@tagstream/api-types';

/** A Deployment as far as its image is concerned. */
export interface Deployment extends KubeObject {
  readonly spec: { readonly template: PodTemplateSpec };
}

/** True when the newest item of the tag is the image. */
export function isInStatus(stream: ImageStream, tag: string, digest: string): boolean {
  const history = stream.status?.tags?.find((entry) => entry.tag === tag);
  return history?.items?.[0]?.image === digest;
}

/** True when a container of the template runs the image by digest. */
export function runsImage(template: PodTemplateSpec | null | undefined, digest: string): boolean {
  return template?.spec?.containers.some(({ image }) => image?.endsWith(`@${digest}`)) ?? false;
}

/** True when as many pods as the DeploymentConfig wants are ready in the controller, and at least one. */
export function isReady(controller: ReplicationController, config: DeploymentConfig): boolean {
  const wanted = config.spec.replicas ?? 0;
  return wanted > 0 && (controller.status?.readyReplicas ?? 0) >= wanted;
}

/** True when none of the controllers wants or has a pod. */
export function areScaledDown(controllers: readonly ReplicationController[]): boolean {
  return controllers.every(({ spec, status }) => (spec.replicas ?? 0) === 0 && (status?.replicas ?? 0) === 0);
}

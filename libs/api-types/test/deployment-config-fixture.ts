import type { DeploymentConfig, DeploymentConfigSpec, PodTemplateSpec } from '@tagstream/api-types';

/** A small valid DeploymentConfig of one container `web`, with `spec` on top. */
export const deploymentConfig = (spec: Partial<DeploymentConfigSpec> = {}): DeploymentConfig => ({
  apiVersion: 'apps.openshift.io/v1',
  kind: 'DeploymentConfig',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { app: 'web' },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'registry.example.com/shop/web:1' }] },
    },
    ...spec,
  },
});

/** A pod template with the given containers and the labels that the selector above wants. */
export const template = (...containers: { name: string; image?: string }[]): PodTemplateSpec => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers },
});

/** An ImageChange trigger for the container `web`. */
export const imageChange = (params: object = {}) => ({
  type: 'ImageChange',
  imageChangeParams: { automatic: true, containerNames: ['web'], from: { name: 'web:latest' }, ...params },
});

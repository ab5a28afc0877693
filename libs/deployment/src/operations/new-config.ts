import type { DeploymentConfig } from '@tagstream/api-types';

/** What `oc create dc` is told. */
export interface NewConfig {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** Empty: the image's own command. */
  readonly command: readonly string[];
}

/** OpenShift: label and selector that `oc create dc` gives its pods. */
const POD_LABEL = 'deployment-config.name';

/** The DeploymentConfig that `oc create dc` sends: one container, no triggers and no strategy, so that these are defaulted. */
export function newConfig({ name, namespace, image, command }: NewConfig): DeploymentConfig {
  const labels = { [POD_LABEL]: name };
  const container = { name: 'default-container', image, ...(command.length > 0 && { command: [...command] }) };
  return {
    apiVersion: 'apps.openshift.io/v1',
    kind: 'DeploymentConfig',
    metadata: { name, namespace },
    spec: { replicas: 1, selector: labels, template: { metadata: { labels }, spec: { containers: [container] } } },
  };
}

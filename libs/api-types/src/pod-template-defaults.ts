import { defaultContainer } from './container-defaults.ts';
import { type JsonObject, mapField, mapList, withDefaults } from './json-object.ts';
import type { PodTemplateSpec } from './pod-template.ts';
import { withoutUnset } from './unset-fields.ts';
import { defaultVolume } from './volume-defaults.ts';

/**
 * The form in which two pod templates are compared: with the defaults that the API server would fill in, quantities in
 * their canonical spelling, and without fields that say nothing. Two templates with deeply equal results run the same pods.
 * A custom resource is stored as its user wrote it, so that without this a reordered or completed manifest would start a
 * rollout. The argument is not touched; applying it twice is the same as once. Kubernetes: the defaults of `core/v1`.
 */
export function defaultPodTemplate(template: PodTemplateSpec): PodTemplateSpec {
  return mapField(withoutUnset(template), 'spec', defaultPodSpec);
}

function defaultPodSpec(spec: JsonObject): JsonObject {
  let result = withDefaults(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    securityContext: {},
  });
  // `serviceAccount` is the old name of `serviceAccountName`: the API server always shows both.
  const account = result.serviceAccountName ?? result.serviceAccount;
  if (account !== undefined) result = { ...result, serviceAccountName: account, serviceAccount: account };
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    result = mapList(result, list, defaultContainer);
  }
  return mapList(result, 'volumes', defaultVolume);
}

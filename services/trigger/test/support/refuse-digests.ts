import type { KubeObject } from '@tagstream/api-types';
import { isKubeError, type Resource, resources } from '@tagstream/kube';
import { expect } from 'vitest';
import type { Cluster } from './cluster.ts';

const policies: Resource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingadmissionpolicies',
  kind: 'ValidatingAdmissionPolicy',
  namespaced: false,
};
const bindings: Resource = {
  ...policies,
  plural: 'validatingadmissionpolicybindings',
  kind: 'ValidatingAdmissionPolicyBinding',
};

/** Makes the API server refuse that a Deployment of the cluster's namespace gets an image by digest; resolves when it does. */
export async function refuseDigests({ kube, namespace }: Cluster, deployment: string): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const metadata = { name: `${namespace}-no-digests` };
  const policy = {
    metadata,
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
        ],
      },
      matchConditions: [{ name: 'this-one', expression: `object.metadata.name.startsWith('${deployment}')` }],
      validations: [
        {
          expression: "!object.spec.template.spec.containers.exists(c, c.image.contains('@'))",
          message: 'images by digest are not wanted here',
        },
      ],
    },
  };
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const binding = {
    metadata,
    spec: { policyName: metadata.name, validationActions: ['Deny'], matchResources: { namespaceSelector } },
  };
  for (const [resource, object] of [
    [policies, policy],
    [bindings, binding],
  ] as const) {
    await kube.create(resource, object as KubeObject);
    stack.defer(() => kube.delete({ resource, name: metadata.name }));
  }
  const labels = { app: 'probe' };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'app', image: `web@sha256:${'0'.repeat(64)}` }] },
  };
  const probe = {
    metadata: { namespace, name: `${deployment}-probe` },
    spec: { selector: { matchLabels: labels }, template },
  };
  const isRefused = () =>
    kube.create(resources.deployments, probe as KubeObject, { dryRun: true }).then(
      () => false,
      (error: unknown) => isKubeError(error, 'invalid', 'forbidden'),
    );
  await expect.poll(isRefused, { timeout: 20_000 }).toBe(true);
  return stack.move();
}

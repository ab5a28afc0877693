import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { kubectl, kubectlOutput } from './kubectl.ts';

const deploy = join(import.meta.dirname, '../../../deploy');
const base = join(deploy, 'base');

beforeAll(async () => {
  await kubectlOutput(['apply', '-f', join(base, 'namespace.yaml')]);
  const rights = [
    'user-roles',
    'poller-rights',
    'webhooks-rights',
    'trigger-rights',
    'rollout-rights',
    'builds-rights',
  ];
  await kubectlOutput(['apply', ...rights.flatMap((file) => ['-f', join(base, `${file}.yaml`)])]);
});

describe('deploy', () => {
  test.each([
    ['everything', deploy],
    ['the services alone', base],
  ])('%s is valid, and its pods keep to the restricted standard', async (_, dir) => {
    const { code, stdout, stderr } = await kubectl(['apply', '--dry-run=server', '-k', dir]);

    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('would violate PodSecurity');
    for (const service of ['poller', 'webhooks', 'trigger', 'rollout', 'builds']) {
      expect(stdout).toMatch(new RegExp(`^deployment.apps/${service} `, 'm'));
    }
  });
});

/** Who, the right as `verb group/resource[/subresource]`, and whether it is granted in any namespace. */
const rights: readonly (readonly [string, string, boolean])[] = [
  ['poller', 'watch image.openshift.io/imagestreams', true],
  ['poller', 'patch image.openshift.io/imagestreams/status', false],
  ['poller', 'get /secrets', true],
  ['poller', 'create /secrets', false],
  ['poller', 'create image.openshift.io/images', true],
  ['poller', 'patch image.openshift.io/images', false],
  ['webhooks', 'get image.openshift.io/imagestreams', true],
  ['webhooks', 'patch image.openshift.io/imagestreams', false],
  ['trigger', 'watch image.openshift.io/imagestreams', true],
  ['trigger', 'patch image.openshift.io/imagestreams/status', true],
  ['trigger', 'patch image.openshift.io/imagestreams', false],
  ['trigger', 'patch apps/deployments', true],
  ['trigger', 'patch apps/statefulsets', true],
  ['trigger', 'patch apps/daemonsets', true],
  ['trigger', 'patch batch/cronjobs', true],
  ['trigger', 'create apps/deployments', false],
  ['trigger', 'patch apps.openshift.io/deploymentconfigs', false],
  ['trigger', 'create /events', true],
  ['trigger', 'get /secrets', false],
  ['rollout', 'patch apps.openshift.io/deploymentconfigs', true],
  ['rollout', 'patch apps.openshift.io/deploymentconfigs/status', true],
  ['rollout', 'delete apps.openshift.io/deploymentconfigs', false],
  ['rollout', 'get image.openshift.io/imagestreams', true],
  ['rollout', 'patch image.openshift.io/imagestreams', true],
  ['rollout', 'create image.openshift.io/imagestreams', true],
  ['rollout', 'delete image.openshift.io/imagestreams', false],
  ['rollout', 'patch image.openshift.io/imagestreams/status', false],
  ['rollout', 'create authorization.k8s.io/subjectaccessreviews', true],
  ['rollout', 'create /replicationcontrollers', true],
  ['rollout', 'patch /replicationcontrollers', true],
  ['rollout', 'delete /replicationcontrollers', true],
  ['rollout', 'watch /pods', true],
  ['rollout', 'create /pods', true],
  ['rollout', 'delete /pods', true],
  ['rollout', 'patch /pods', false],
  ['rollout', 'get /pods/log', false],
  ['rollout', 'create /pods/exec', false],
  ['rollout', 'create /events', true],
  ['rollout', 'get /secrets', false],
  ['builds', 'watch build.openshift.io/buildconfigs', true],
  ['builds', 'patch build.openshift.io/buildconfigs/status', true],
  ['builds', 'patch build.openshift.io/buildconfigs', false],
  ['builds', 'create build.openshift.io/builds', true],
  ['builds', 'delete build.openshift.io/builds', true],
  ['builds', 'patch build.openshift.io/builds', false],
  ['builds', 'patch build.openshift.io/builds/status', true],
  ['builds', 'get image.openshift.io/imagestreams', true],
  ['builds', 'patch image.openshift.io/imagestreams', false],
  ['builds', 'create /pods', false],
  ['builds', 'create /events', true],
  ['builds', 'get /secrets', false],
];

describe('a service account has the rights that its service needs, and no more', () => {
  let granted: readonly string[];

  beforeAll(async () => {
    const reviews = rights.map(([service, right]) => {
      const [verb, path = ''] = right.split(' ');
      const [group, resource, subresource] = path.split('/');
      return {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          user: `system:serviceaccount:tagstream:${service}`,
          groups: ['system:serviceaccounts', 'system:serviceaccounts:tagstream', 'system:authenticated'],
          resourceAttributes: { namespace: 'shop', verb, group, resource, subresource },
        },
      };
    });
    const output = await kubectlOutput(
      ['create', '-o', 'jsonpath={.status.allowed}{"\\n"}', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: reviews }),
    );
    granted = output.split('\n');
  });

  test.each(rights.map(([service, right, expected], row) => ({ service, right, expected, row })))(
    '$service, $right: $expected',
    ({ expected, row }) => {
      expect(granted[row]).toBe(String(expected));
    },
  );
});

describe('the roles of people', () => {
  test.each([
    ['view', 'get', 'yes'],
    ['view', 'patch', 'no'],
    ['edit', 'patch', 'yes'],
  ])('who may %s may %s DeploymentConfigs: %s', async (role, verb, expected) => {
    const user = `test-${role}`;
    await kubectl(['create', 'rolebinding', user, `--clusterrole=${role}`, `--user=${user}`, '--namespace=default']);

    // The controller that adds the rules to the role is not at once done.
    await expect
      .poll(
        async () => (await kubectl(['auth', 'can-i', verb, 'dc', '--namespace=default', `--as=${user}`])).stdout.trim(),
        { timeout: 20_000 },
      )
      .toBe(expected);
  });
});

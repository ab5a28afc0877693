import type { DeploymentConfigSpec } from '@tagstream/api-types';
import { parseTriggers, TRIGGERS_ANNOTATION } from '@tagstream/image-stream';
import { expect, test } from 'vitest';
import { convertConfig } from '../../src/index.ts';
import { dcOf, templateOf } from '../support/objects.ts';

const toDeployment = { to: 'Deployment', serviceName: 'web' } as const;
const converted = (spec: Partial<DeploymentConfigSpec> = {}) => convertConfig(dcOf({ spec }), toDeployment);
const hook = (command: string) => ({
  failurePolicy: 'Abort' as const,
  execNewPod: { command: [command], containerName: 'web' },
});

test('a plain configuration becomes a Deployment that says everything that was defaulted', () => {
  expect(converted({ replicas: 3 }).object).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', labels: { team: 'shop' } },
    spec: {
      replicas: 3,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      progressDeadlineSeconds: 600,
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  });
});

test('a plain configuration loses nothing', () => {
  expect(converted().lost).toEqual([]);
});

test('image triggers become the annotation; what each wrote last does not', () => {
  const { object, lost, different } = converted({
    triggers: [
      { type: 'ConfigChange' },
      {
        type: 'ImageChange',
        imageChangeParams: {
          automatic: true,
          containerNames: ['web', 'gone'],
          from: { kind: 'ImageStreamTag', name: 'web:latest', namespace: 'images' },
          lastTriggeredImage: 'web@a',
        },
      },
      {
        type: 'ImageChange',
        imageChangeParams: {
          automatic: false,
          containerNames: ['init'],
          from: { kind: 'ImageStreamTag', name: 'init:1' },
        },
      },
    ],
    template: {
      spec: { containers: [{ name: 'web', image: '' }], initContainers: [{ name: 'init', image: 'init:1' }] },
    },
  });

  const fieldPath = (name: string) => `spec.template.spec.containers[?(@.name=="${name}")].image`;
  expect(parseTriggers(object.metadata.annotations?.[TRIGGERS_ANNOTATION])).toEqual({
    kind: 'triggers',
    triggers: [
      {
        from: { kind: 'ImageStreamTag', name: 'web:latest', namespace: 'images' },
        fieldPath: fieldPath('web'),
        paused: false,
      },
      { from: { kind: 'ImageStreamTag', name: 'init:1', namespace: '' }, fieldPath: fieldPath('init'), paused: true },
    ],
  });
  expect(lost).toEqual([
    'trigger web:latest: the template has no container gone',
    'spec.triggers[1].lastTriggeredImage: what was written stands in the image field alone',
  ]);
  expect(different).toContain('Container web has no image: its pods cannot start before the trigger has written one');
  expect(different).toContain('Trigger init:1 is not automatic: paused in the annotation, also at rollouts by hand');
});

test.each<[string, Partial<DeploymentConfigSpec>, string[]]>([
  [
    'hooks of the strategy that is used',
    {
      strategy: {
        type: 'Rolling',
        rollingParams: { pre: hook('migrate'), post: hook('announce') },
        recreateParams: { mid: hook('never') },
      },
    },
    [
      'spec.strategy.rollingParams.pre: lifecycle hook that runs migrate in container web',
      'spec.strategy.rollingParams.post: lifecycle hook that runs announce in container web',
    ],
  ],
  [
    'hooks that tag',
    {
      strategy: {
        type: 'Recreate',
        recreateParams: {
          mid: {
            failurePolicy: 'Ignore',
            tagImages: [{ containerName: 'web', to: { kind: 'ImageStreamTag', name: 'web:live' } }],
          },
        },
      },
    },
    ['spec.strategy.recreateParams.mid: lifecycle hook that tags the image of web as web:live'],
  ],
  [
    'a strategy of its own',
    { strategy: { type: 'Custom', customParams: { image: 'deployer:1' } } },
    ['spec.strategy.customParams: deployments by image deployer:1'],
  ],
  [
    'what is about the pace and the deployer pod',
    {
      strategy: {
        rollingParams: { updatePeriodSeconds: 20 },
        activeDeadlineSeconds: 3600,
        labels: { team: 'x' },
        resources: { limits: { cpu: '1' } },
      },
    },
    [
      'spec.strategy.rollingParams.updatePeriodSeconds: 20',
      'spec.strategy.resources: it is about deployer and hook pods',
      'spec.strategy.labels: it is about deployer and hook pods',
      'spec.strategy.activeDeadlineSeconds: 3600',
    ],
  ],
  ['a test configuration', { test: true }, ['spec.test: a test configuration that runs no pods between rollouts']],
])('says that it cannot carry over %s', (_, spec, lost) => {
  expect(converted(spec).lost).toEqual(lost);
});

test('Recreate and its timeout', () => {
  const { object } = converted({ strategy: { type: 'Recreate', recreateParams: { timeoutSeconds: 90 } } });

  expect(object.spec).toMatchObject({ strategy: { type: 'Recreate' }, progressDeadlineSeconds: 90 });
});

test('keeping all versions, pausing and being without ConfigChange are said', () => {
  const { object, different } = converted({ revisionHistoryLimit: null, paused: true, triggers: [] });

  expect(object.spec).toMatchObject({ paused: true, revisionHistoryLimit: 2_147_483_647 });
  expect(different[0]).toBe(
    'No ConfigChange trigger: a Deployment rolls out every change of its template at once; pause it to roll out by hand only',
  );
  expect(different[1]).toMatch(/^revisionHistoryLimit null keeps all versions/);
});

test('what must change around it is said', () => {
  expect(converted().different).toEqual([
    'A failed rollout is not undone: the last good version comes back only when somebody asks for it',
    'Pods do not have the labels deploymentconfig=web and deployment: Services and policies that select them must change',
    'What names dc/web (HorizontalPodAutoscalers, scripts) must name deployment/web',
    'Delete dc/web once deployment/web serves: until then both run pods with the labels of the selector',
  ]);
});

test('a StatefulSet has a Service, replaces its pods one by one, and knows no surge', () => {
  const dc = dcOf({ spec: { paused: true }, status: { latestVersion: 2 } });

  const { object, lost } = convertConfig(dc, { to: 'StatefulSet', serviceName: 'web-pods' });

  expect(object.spec).toMatchObject({ serviceName: 'web-pods', updateStrategy: { type: 'RollingUpdate' } });
  expect(object.spec).not.toHaveProperty('paused');
  expect(object.spec).not.toHaveProperty('strategy');
  expect(lost).toEqual([
    'spec.strategy.rollingParams: a StatefulSet replaces its pods one by one, not with maxSurge 25% and maxUnavailable 25%, and knows no timeout (600 seconds)',
    'spec.paused: a StatefulSet cannot be paused',
    'status: the history of 2 rollouts',
  ]);
});

test('what belongs to the stored object alone is left behind', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'kept' };
  const template = { ...templateOf(' web:1 '), metadata: { labels: { app: 'web' }, creationTimestamp: null } };

  const { object } = convertConfig(dcOf({ spec: { template }, metadata: { annotations } }), toDeployment);

  expect(object.metadata.annotations).toEqual({ note: 'kept' });
  expect(object.metadata).not.toHaveProperty('uid');
  expect(object.spec.template).toEqual(templateOf('web:1'));
});

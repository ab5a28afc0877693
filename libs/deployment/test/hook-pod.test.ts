import type { DeploymentStrategy, LifecycleHook } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { hookPod } from '../src/hook-pod.ts';
import { hooksOf } from '../src/hooks.ts';
import { dcOf, rcOf } from './support/objects.ts';

const template = {
  metadata: { labels: { app: 'web' } },
  spec: {
    containers: [
      {
        name: 'web',
        image: ' web:1 ',
        imagePullPolicy: 'Always',
        workingDir: '/srv',
        args: ['serve'],
        env: [
          { name: 'name', value: 'base' },
          { name: 'other', value: 'kept' },
        ],
        resources: { limits: { cpu: '1' } },
        securityContext: { runAsUser: 7 },
        volumeMounts: [
          { name: 'v1', mountPath: '/one' },
          { name: 'v2', mountPath: '/two' },
        ],
        ports: [{ containerPort: 80 }],
        readinessProbe: { tcpSocket: { port: 80 } },
      },
    ],
    initContainers: [{ name: 'init', image: 'init:1' }],
    volumes: [
      { name: 'v1', emptyDir: {} },
      { name: 'v2', emptyDir: {} },
    ],
    imagePullSecrets: [{ name: 'pull' }],
    nodeSelector: { disk: 'fast' },
    securityContext: { runAsNonRoot: true },
    serviceAccountName: 'app',
    terminationGracePeriodSeconds: 300,
  },
};
const exec = { command: ['migrate', 'up'], containerName: 'web' };

function podOf(hook: Partial<LifecycleHook>, strategy: DeploymentStrategy = {}) {
  const whole: LifecycleHook = { failurePolicy: 'Abort', execNewPod: exec, ...hook };
  const dc = dcOf({ spec: { template, strategy: { ...strategy, rollingParams: { pre: whole } } } });
  const rc = rcOf(2, 'Running', { dc });
  return hookPod(dc, rc, hooksOf(dc).pre!, { moment: 'pre', attempt: 1, activeDeadlineSeconds: 21_590 });
}

describe('the pod of a hook', () => {
  test('has one container made after the named one, and of the pod what it takes to pull and to be placed', () => {
    expect(podOf({})).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'web-2-hook-pre',
        namespace: 'shop',
        labels: {
          'openshift.io/deployer-pod-for.name': 'web-2',
          'openshift.io/deployer-pod.type': 'hook-pre',
        },
        annotations: {
          'openshift.io/deployment.name': 'web-2',
          'openshift.io/deployment-config.name': 'web',
          'rollout.tagstream.io/attempt': '1',
        },
        ownerReferences: [{ apiVersion: 'v1', kind: 'ReplicationController', name: 'web-2', uid: 'rc-uid-2' }],
      },
      spec: {
        containers: [
          {
            name: 'lifecycle',
            image: 'web:1',
            imagePullPolicy: 'Always',
            workingDir: '/srv',
            resources: { limits: { cpu: '1' } },
            securityContext: { runAsUser: 7 },
            command: ['migrate', 'up'],
            env: [
              { name: 'name', value: 'base' },
              { name: 'other', value: 'kept' },
              { name: 'OPENSHIFT_DEPLOYMENT_NAME', value: 'web-2' },
              { name: 'OPENSHIFT_DEPLOYMENT_NAMESPACE', value: 'shop' },
            ],
            volumeMounts: [],
          },
        ],
        volumes: [],
        imagePullSecrets: [{ name: 'pull' }],
        nodeSelector: { disk: 'fast' },
        securityContext: { runAsNonRoot: true },
        restartPolicy: 'Never',
        activeDeadlineSeconds: 21_590,
        terminationGracePeriodSeconds: 10,
      },
    });
  });

  test("#56 the hook's environment goes before the container's", () => {
    const pod = podOf({ execNewPod: { ...exec, env: [{ name: 'name', value: 'hook' }, { name: 'new' }] } });
    expect(pod?.spec?.containers[0]?.env).toEqual([
      { name: 'name', value: 'hook' },
      { name: 'other', value: 'kept' },
      { name: 'new' },
      { name: 'OPENSHIFT_DEPLOYMENT_NAME', value: 'web-2' },
      { name: 'OPENSHIFT_DEPLOYMENT_NAMESPACE', value: 'shop' },
    ]);
  });

  test('#57 of the volumes only those that the hook asks for are there, with their mounts', () => {
    const pod = podOf({ execNewPod: { ...exec, volumes: ['v2'] } });
    expect(pod?.spec?.volumes).toEqual([{ name: 'v2', emptyDir: {} }]);
    expect(pod?.spec?.containers[0]?.volumeMounts).toEqual([{ name: 'v2', mountPath: '/two' }]);
  });

  test.each([
    ['Retry', 'OnFailure'],
    ['Abort', 'Never'],
    ['Ignore', 'Never'],
  ] as const)('#58 the failure policy %s means restartPolicy %s', (failurePolicy, expected) => {
    expect(podOf({ failurePolicy })?.spec?.restartPolicy).toBe(expected);
  });

  test.each(['nobody', 'init'])('#59 there is none when the template has no app container "%s"', (containerName) => {
    expect(podOf({ execNewPod: { ...exec, containerName } })).toBeUndefined();
  });

  test("the strategy's labels and annotations are added and override nothing", () => {
    const pod = podOf(
      {},
      {
        labels: { team: 'shop', 'openshift.io/deployer-pod-for.name': 'other' },
        annotations: { note: 'x', 'openshift.io/deployment.name': 'other' },
      },
    );
    expect(pod?.metadata.labels).toMatchObject({ team: 'shop', 'openshift.io/deployer-pod-for.name': 'web-2' });
    expect(pod?.metadata.annotations).toMatchObject({ note: 'x', 'openshift.io/deployment.name': 'web-2' });
  });
});

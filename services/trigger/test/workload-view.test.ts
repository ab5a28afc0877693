import type { KubeObject } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { workloadKinds } from '../src/workload/workload-kind.ts';
import { tagsFollowed, viewWorkload, workloadKey } from '../src/workload/workload-view.ts';
import { cronJobs, deployment, deployments, FIRST_IMAGE, triggers, viewOf } from './support/workloads.ts';

describe('what is kept of a workload', () => {
  test('nothing of one without triggers', () => {
    const { annotations: _none, ...metadata } = deployment().metadata;
    expect(viewOf({ ...deployment(), metadata } as KubeObject)).toBeUndefined();
  });

  test('its identity, its triggers, and of its containers the names and images only', () => {
    const object = deployment([
      { name: 'web', image: 'web:1', env: [{ name: 'A', value: 'b' }] },
      { name: 'no-image', ports: [] },
    ]);
    expect(viewOf(object)).toMatchObject({
      uid: 'uid-1',
      resourceVersion: '7',
      triggers: [{ from: { name: 'web:latest' }, fieldPath: FIRST_IMAGE }],
    });
    expect(viewOf(object)?.object).toEqual({
      metadata: { namespace: 'shop' },
      spec: {
        template: { spec: { initContainers: [], containers: [{ name: 'web', image: 'web:1' }, { name: 'no-image' }] } },
      },
    });
  });

  test('the containers of a CronJob are found where it has them', () => {
    const podSpec = {
      initContainers: [{ name: 'init', image: 'init:1' }],
      containers: [{ name: 'job', image: 'job:1' }],
    };
    const spec = { schedule: '@daily', jobTemplate: { spec: { template: { spec: podSpec } } } };
    const object = { ...deployment(), spec } as KubeObject;
    expect(viewWorkload(object, cronJobs)?.object).toEqual({
      metadata: { namespace: 'shop' },
      spec: { jobTemplate: { spec: { template: { spec: podSpec } } } },
    });
  });

  test('the reason why its annotation cannot be read, and no triggers then', () => {
    const view = viewOf(deployment(undefined, '[{"from":'));
    expect(view?.problem).toMatch(/^the value is not JSON/);
    expect(view?.triggers).toEqual([]);
    expect(view && tagsFollowed(view, 'shop')).toEqual([]);
  });
});

describe('of a kind that others usually make', () => {
  const kindOf = (plural: string) => {
    const kind = workloadKinds.find(({ resource }) => resource.plural === plural);
    if (kind === undefined) throw new Error(`no kind ${plural}`);
    return kind;
  };
  const owned = (controller: boolean): KubeObject => ({
    ...deployment(),
    metadata: {
      ...deployment().metadata,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'uid-0', controller }],
    },
  });
  const withStatus = (status: object) => ({ ...deployment(), status }) as KubeObject;

  test.each([
    { row: 'a ReplicaSet that a Deployment controls', plural: 'replicasets', object: owned(true), kept: false },
    { row: 'a ReplicaSet that somebody merely owns', plural: 'replicasets', object: owned(false), kept: true },
    { row: 'a controller of a DeploymentConfig', plural: 'replicationcontrollers', object: owned(true), kept: false },
    { row: 'a Deployment that an operator controls', plural: 'deployments', object: owned(true), kept: true },
    { row: 'a pod that has ended', plural: 'pods', object: withStatus({ phase: 'Succeeded' }), kept: false },
    { row: 'a pod that runs', plural: 'pods', object: withStatus({ phase: 'Running' }), kept: true },
    {
      row: 'a Job that has failed',
      plural: 'jobs',
      object: withStatus({ conditions: [{ type: 'Failed', status: 'True' }] }),
      kept: false,
    },
  ])('$row is looked at: $kept', ({ plural, object, kept }) => {
    expect(viewWorkload(object, kindOf(plural)) !== undefined).toBe(kept);
  });
});

describe('the fingerprint', () => {
  const fingerprint = (object: KubeObject) => viewOf(object)?.fingerprint;
  const web = { name: 'web', image: 'web:1' };

  test.each([
    { row: 'an image', changed: deployment([{ ...web, image: 'web:2' }]) },
    { row: 'the name of a container', changed: deployment([{ ...web, name: 'www' }]) },
    { row: 'the triggers', changed: deployment([web], triggers({ 'web:stable': FIRST_IMAGE })) },
    { row: 'the annotation becoming unreadable', changed: deployment([web], 'no JSON') },
  ])('changes with $row', ({ changed }) => {
    expect(fingerprint(changed)).not.toBe(fingerprint(deployment([web])));
  });

  test('does not change with the version of the object, its status, its scale or the rest of a container', () => {
    const before = deployment([web]);
    const after = {
      ...deployment([{ ...web, args: ['--verbose'] }]),
      metadata: { ...before.metadata, resourceVersion: '8' },
      status: { readyReplicas: 1 },
    } as KubeObject;
    expect(fingerprint(after)).toBe(fingerprint(before));
  });
});

test('tags are followed in the workload’s namespace unless another one is named, paused triggers follow nothing', () => {
  const annotation = JSON.stringify([
    { from: { kind: 'ImageStreamTag', name: 'web:latest' }, fieldPath: FIRST_IMAGE },
    {
      from: { kind: 'ImageStreamTag', name: 'base:1', namespace: 'images' },
      fieldPath: 'spec.template.spec.containers[1].image',
    },
    {
      from: { kind: 'ImageStreamTag', name: 'web:paused' },
      fieldPath: 'spec.template.spec.containers[2].image',
      paused: true,
    },
  ]);
  const view = viewOf(deployment(undefined, annotation));
  expect(view && tagsFollowed(view, 'shop')).toEqual(['shop/web:latest', 'images/base:1']);
});

test('workloads of different kinds with the same name have different keys', () => {
  expect(workloadKey(deployments, 'shop', 'web').id).toBe('deployments.apps/shop/web');
  expect(workloadKey(cronJobs, 'shop', 'web').id).toBe('cronjobs.batch/shop/web');
});

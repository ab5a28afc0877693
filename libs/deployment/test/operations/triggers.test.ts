import { TRIGGERS_ANNOTATION } from '@tagstream/image-stream';
import { expect, test } from 'vitest';
import {
  changedTriggers,
  configTriggers,
  type TriggerChange,
  type TriggerDefinition,
  type TriggeredWorkload,
  triggerRows,
  workloadTriggers,
  writeConfigTriggers,
  writeWorkloadTriggers,
} from '../../src/index.ts';
import { dcOf } from '../support/objects.ts';

const image = (from: string, auto = true, containers = ['web'], namespace = '') => ({
  auto,
  from,
  namespace,
  containers,
});
const both: TriggerDefinition = { configChange: true, images: [image('web:1'), image('db:1', false, ['db'], 'data')] };

test.each<[string, TriggerChange, TriggerDefinition]>([
  ['--remove-all', { kind: 'remove-all' }, { configChange: false, images: [] }],
  [
    '--manual',
    { kind: 'all', auto: false },
    { configChange: false, images: [image('web:1', false), image('db:1', false, ['db'], 'data')] },
  ],
  [
    '--auto',
    { kind: 'all', auto: true },
    { configChange: true, images: [image('web:1'), image('db:1', true, ['db'], 'data')] },
  ],
  ['--from-config --remove', { kind: 'config', remove: true }, { ...both, configChange: false }],
  ['--from-config', { kind: 'config', remove: false }, both],
  [
    '--from-image of a tag that is followed: replaced',
    { kind: 'image', remove: false, ...image('web:1', false, ['side']) },
    { ...both, images: [image('web:1', false, ['side']), both.images[1]!] },
  ],
  [
    '--from-image of the same tag in another namespace: added',
    { kind: 'image', remove: false, ...image('web:1', true, ['web'], 'other') },
    { ...both, images: [...both.images, image('web:1', true, ['web'], 'other')] },
  ],
  [
    '--from-image --remove: whatever the namespace',
    { kind: 'image', remove: true, ...image('db:1') },
    { ...both, images: [both.images[0]!] },
  ],
])('%s', (_, change, expected) => {
  expect(changedTriggers(both, change)).toEqual(expected);
});

test('prints a row for the configuration and one for each image', () => {
  expect(triggerRows(both)).toEqual([
    { type: 'config', value: '', auto: true },
    { type: 'image', value: 'web:1 (web)', auto: true },
    { type: 'image', value: 'data/db:1 (db)', auto: false },
  ]);
});

const dc = dcOf({
  spec: {
    triggers: [
      { type: 'ConfigChange' },
      {
        type: 'ImageChange',
        imageChangeParams: {
          automatic: false,
          containerNames: ['web'],
          from: { kind: 'ImageStreamTag', name: 'web:1', namespace: 'shop' },
          lastTriggeredImage: 'web@a',
        },
      },
    ],
  },
});

test('the triggers of a DeploymentConfig; its own namespace is not named', () => {
  expect(configTriggers(dc)).toEqual({ configChange: true, images: [image('web:1', false)] });
});

test('a trigger that is turned on again keeps the image that it wrote last', () => {
  const result = writeConfigTriggers(dc, changedTriggers(configTriggers(dc), { kind: 'all', auto: true }));

  expect(result).toEqual({
    kind: 'write',
    triggers: [
      { type: 'ConfigChange' },
      {
        type: 'ImageChange',
        imageChangeParams: {
          automatic: true,
          containerNames: ['web'],
          from: { kind: 'ImageStreamTag', name: 'web:1' },
          lastTriggeredImage: 'web@a',
        },
      },
    ],
  });
});

test('no trigger at all is an empty list, which is not the default', () => {
  expect(writeConfigTriggers(dc, { configChange: false, images: [] })).toEqual({ kind: 'write', triggers: [] });
});

test('what is as it should be is not written', () => {
  expect(writeConfigTriggers(dc, configTriggers(dc))).toEqual({ kind: 'unchanged' });
});

test.each([
  ['none named', image('web:2', true, []), 'you must specify --containers when setting --from-image'],
  [
    'one that is not there',
    image('web:2', true, ['x', 'web', 'a']),
    'not all container names exist: a, x (accepts: web)',
  ],
])('containers of an image trigger: %s', (_, wrong, message) => {
  expect(writeConfigTriggers(dc, { configChange: true, images: [wrong] })).toMatchObject({ kind: 'refused', message });
});

const deployment = (annotation?: string, paused?: boolean): TriggeredWorkload => {
  const containers = [{ name: 'web' }, { name: 'side' }];
  const spec = { template: { spec: { containers, initContainers: [{ name: 'init' }] } }, ...(paused && { paused }) };
  const annotations = annotation === undefined ? {} : { [TRIGGERS_ANNOTATION]: annotation };
  return { metadata: { name: 'web', namespace: 'shop', annotations }, spec };
};
const entry = (container: string, more: object = {}, namespace = {}) => ({
  from: { kind: 'ImageStreamTag', name: 'web:1', ...namespace },
  fieldPath: `spec.template.spec.containers[?(@.name=="${container}")].image`,
  ...more,
});

test('an image trigger of a Deployment is an entry of its annotation for each container', () => {
  const result = writeWorkloadTriggers('Deployment', deployment(), {
    configChange: true,
    images: [image('web:1', true, ['web', 'init']), image('web:1', false, ['side'], 'data')],
  });

  const value = [entry('web'), entry('init'), entry('side', { paused: true }, { namespace: 'data' })];
  expect(result).toEqual({
    kind: 'write',
    patch: { metadata: { annotations: { [TRIGGERS_ANNOTATION]: JSON.stringify(value) } } },
  });
});

test('a CronJob has its containers elsewhere', () => {
  const spec = { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'job' }] } } } } };
  const object = { metadata: { name: 'nightly', namespace: 'shop' }, spec } as TriggeredWorkload;
  const definition = { configChange: true, images: [image('web:1', true, ['job'])] };

  const result = writeWorkloadTriggers('CronJob', object, definition);

  if (result.kind !== 'write') throw new Error(result.kind);
  expect(result.patch.metadata.annotations[TRIGGERS_ANNOTATION]).toContain(
    'spec.jobTemplate.spec.template.spec.containers[?(@.name==\\"job\\")].image',
  );
  const written = { ...object, metadata: { ...object.metadata, ...result.patch.metadata } };
  expect(workloadTriggers('CronJob', written)).toEqual(definition);
});

test('what was written is read again', () => {
  const text = JSON.stringify([entry('web'), entry('side', { paused: true }, { namespace: 'data' })]);

  expect(workloadTriggers('Deployment', deployment(text))).toEqual({
    configChange: true,
    images: [image('web:1'), image('web:1', false, ['side'], 'data')],
  });
});

test('no ConfigChange trigger is a paused Deployment, and nothing for other kinds', () => {
  const off = { configChange: false, images: [] };

  expect(writeWorkloadTriggers('Deployment', deployment(), off)).toMatchObject({ patch: { spec: { paused: true } } });
  expect(workloadTriggers('Deployment', deployment(undefined, true))).toEqual(off);
  expect(
    writeWorkloadTriggers('Deployment', deployment(undefined, true), { ...off, configChange: true }),
  ).toMatchObject({
    patch: { spec: { paused: null } },
  });
  const set = writeWorkloadTriggers('StatefulSet', deployment(), off);
  expect(set.kind === 'write' && set.patch.spec).toBeUndefined();
});

test('a Deployment without triggers to which none are given is not written', () => {
  expect(writeWorkloadTriggers('Deployment', deployment(), { configChange: true, images: [] })).toEqual({
    kind: 'unchanged',
  });
});

test.each([
  ['two triggers for a container', [image('a:1'), image('b:1')], 'only one trigger may reference each container: web'],
  ['an unknown container', [image('a:1', true, ['x'])], 'not all container names exist: x (accepts: init, side, web)'],
])('a workload refuses %s', (_, images, message) => {
  expect(writeWorkloadTriggers('DaemonSet', deployment(), { configChange: true, images })).toMatchObject({ message });
});

test('an annotation that cannot be read says what is wrong', () => {
  expect(workloadTriggers('Deployment', deployment('{'))).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('annotation image.openshift.io/triggers: the value is not JSON'),
  });
});

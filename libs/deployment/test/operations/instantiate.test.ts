import type { DeploymentConfigStatus, DeploymentTrigger, NormalDeploymentConfig } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import { instantiate, obstacleToLatest } from '../../src/index.ts';
import { dcOf, rcOf, resolvedAs, templateOf } from '../support/objects.ts';

const onConfig: DeploymentTrigger = { type: 'ConfigChange' };
const onImage = (automatic: boolean, lastTriggeredImage?: string, tag = 'web:latest'): DeploymentTrigger => ({
  type: 'ImageChange',
  imageChangeParams: {
    automatic,
    containerNames: ['web'],
    from: { kind: 'ImageStreamTag', name: tag },
    ...(lastTriggeredImage !== undefined && { lastTriggeredImage }),
  },
});

interface Given {
  readonly triggers?: DeploymentTrigger[];
  readonly image?: string;
  readonly version?: number;
  readonly paused?: boolean;
  readonly status?: DeploymentConfigStatus;
}

const dcWith = ({
  triggers = [],
  image = 'web:1',
  version = 1,
  paused = false,
  status,
}: Given): NormalDeploymentConfig =>
  dcOf({
    spec: { triggers, template: templateOf(image), paused },
    status: { ...status, latestVersion: version },
  });

const because = (message: string, ...causes: object[]) => ({ kind: 'new-version', details: { message, causes } });
const manual = because('manual change', { type: 'Manual' });
const config = because('config change', { type: 'ConfigChange' });
const imageFrom = (name: string) => ({
  type: 'ImageChange',
  imageTrigger: { from: { kind: 'ImageStreamTag', name, namespace: 'shop' } },
});
const image = because('image change', imageFrom('web:latest'));
const nothing = { kind: 'nothing', message: 'deployment config "web" cannot be instantiated' };
const unresolved = {
  kind: 'refused',
  reason: 'unresolved_images',
  message: 'cannot trigger a deployment for "web" because it contains unresolved images',
};

interface CauseRow {
  readonly now: Given;
  /** What was recorded with version 1. */
  readonly before?: Given;
  readonly force?: boolean;
  readonly expected: object;
}

test.each<[string, CauseRow]>([
  ['#71 without triggers nothing qualifies', { now: { image: 'web:2' }, before: {}, expected: nothing }],
  [
    '#72, images #179 force is a cause of its own',
    { now: { image: 'web:2' }, before: {}, force: true, expected: manual },
  ],
  [
    '#73, images #180 ConfigChange: the template changed',
    { now: { triggers: [onConfig], image: 'web:2' }, before: { triggers: [onConfig] }, expected: config },
  ],
  ['#73, images #180 ConfigChange: version 0', { now: { triggers: [onConfig], version: 0 }, expected: config }],
  [
    '#73, images #180 ConfigChange: version 1 unchanged',
    { now: { triggers: [onConfig] }, before: { triggers: [onConfig] }, expected: nothing },
  ],
  [
    '#74, images #178 a trigger that never had an image',
    { now: { triggers: [onImage(false)] }, before: { triggers: [onImage(false)] }, expected: unresolved },
  ],
  [
    '#74 a trigger that never had an image, at version 0 with ConfigChange',
    { now: { triggers: [onConfig, onImage(false)], version: 0 }, expected: unresolved },
  ],
  [
    'a trigger that never had an image is refused under force too',
    { now: { triggers: [onImage(false)] }, before: {}, force: true, expected: unresolved },
  ],
  [
    '#75, images #182 a resolved trigger that is not automatic starts nothing',
    {
      now: { triggers: [onImage(false, 'web@a')], image: 'web:2' },
      before: { triggers: [onImage(false, 'web@a')] },
      expected: nothing,
    },
  ],
  [
    '#76, images #181 an automatic trigger that was unresolved before',
    { now: { triggers: [onImage(true, 'web@a')] }, before: { triggers: [onImage(true)] }, expected: image },
  ],
  [
    '#76 an automatic trigger as it was before',
    { now: { triggers: [onImage(true, 'web@a')] }, before: { triggers: [onImage(true, 'web@a')] }, expected: nothing },
  ],
  [
    'images #181 an automatic trigger for a tag that had none before',
    {
      now: { triggers: [onImage(true, 'web@a')] },
      before: { triggers: [onImage(true, 'web@a', 'other:latest')] },
      expected: image,
    },
  ],
  [
    'an automatic trigger after one that fired is a cause too',
    {
      now: { triggers: [onImage(true, 'web@a', 'same:1'), onImage(true, 'web@b'), onImage(true, 'web@a', 'same:2')] },
      before: {
        triggers: [onImage(true, 'web@a', 'same:1'), onImage(true, 'web@a'), onImage(true, 'web@a', 'same:2')],
      },
      expected: because('image change', imageFrom('web:latest'), imageFrom('same:2')),
    },
  ],
  [
    '#77 version 0: ConfigChange and a resolved trigger that is not automatic',
    { now: { triggers: [onConfig, onImage(false, 'web@a')], version: 0 }, expected: config },
  ],
  [
    '#77 version 0: ConfigChange and an unresolved automatic trigger',
    { now: { triggers: [onConfig, onImage(true)], version: 0 }, expected: unresolved },
  ],
  [
    '#77 version 0: ConfigChange and a resolved automatic trigger',
    { now: { triggers: [onConfig, onImage(true, 'web@a')], version: 0 }, expected: image },
  ],
])('the cause of a requested rollout: %s', (_, { now, before, force = false, expected }) => {
  const latest = before && rcOf(1, 'Complete', { dc: dcWith(before) });

  const result = instantiate(dcWith(now), latest, { latest: false, force, excludeTriggers: [] }, () => undefined);

  expect(result).toMatchObject(expected);
});

interface RefreshRow {
  readonly trigger: DeploymentTrigger;
  readonly image?: string;
  readonly force?: boolean;
  readonly exclude?: string[];
  /** What the tag stands for; absent: nothing, or no stream. */
  readonly tag?: string;
  readonly expected: object | undefined;
  /** The tag was asked for. */
  readonly asked: boolean;
}

const written = {
  triggers: [{ index: 0, image: 'web@new' }],
  containers: [{ list: 'containers', index: 0, image: 'web@new' }],
};

test.each<[string, RefreshRow]>([
  [
    '#68, images #176 not automatic, not forced: untouched, and the stream is not read',
    { trigger: onImage(false, 'web@old'), tag: 'web@new', expected: undefined, asked: false },
  ],
  [
    '#68, images #176 not automatic but forced: updated',
    { trigger: onImage(false, 'web@old'), tag: 'web@new', force: true, expected: written, asked: true },
  ],
  [
    '#68, images #176 forced, with ImageChange excluded: untouched',
    {
      trigger: onImage(false, 'web@old'),
      tag: 'web@new',
      force: true,
      exclude: ['ImageChange'],
      expected: undefined,
      asked: false,
    },
  ],
  [
    'another type excluded does not matter',
    { trigger: onImage(true, 'web@old'), tag: 'web@new', exclude: ['ConfigChange'], expected: written, asked: true },
  ],
  [
    '#69, images #177 a tag or stream that is not there',
    { trigger: onImage(true, 'web@old'), expected: undefined, asked: true },
  ],
  [
    '#69, images #177 a tag or stream that is not there, forced',
    { trigger: onImage(true, 'web@old'), force: true, expected: undefined, asked: true },
  ],
  [
    '#70 the template has the image, the trigger does not know it: the trigger is filled',
    {
      trigger: onImage(true),
      image: 'web@new',
      tag: 'web@new',
      expected: { triggers: [{ index: 0, image: 'web@new' }], containers: [] },
      asked: true,
    },
  ],
  [
    'an image that the trigger wrote last is not written again, whatever the container holds',
    { trigger: onImage(true, 'web@new'), image: 'edited', tag: 'web@new', expected: undefined, asked: true },
  ],
])('images before a requested rollout: %s', (_, row) => {
  const asked: string[] = [];
  const dc = dcWith({ triggers: [row.trigger], image: row.image ?? 'web@old' });
  const latest = rcOf(1, 'Complete', { dc });
  const request = { latest: true, force: row.force ?? false, excludeTriggers: row.exclude ?? [] };

  const result = instantiate(dc, latest, request, (namespace, stream, tag) => {
    asked.push(`${namespace}/${stream}:${tag}`);
    return resolvedAs(row.tag);
  });

  expect(asked).toEqual(row.asked ? ['shop/web:latest'] : []);
  // A forced request rolls out in any case; the others here only with a new image.
  if (row.expected !== undefined) expect(result).toMatchObject({ kind: 'new-version', images: row.expected });
  else expect('images' in result ? result.images : undefined).toBeUndefined();
});

test('a trigger that names no container of the template records nothing', () => {
  const trigger = onImage(true, 'web@old');
  const dc = dcWith({
    triggers: [{ ...trigger, imageChangeParams: { ...trigger.imageChangeParams, containerNames: ['x'] } }],
  });

  const result = instantiate(dc, rcOf(1, 'Complete', { dc }), { latest: true, force: true, excludeTriggers: [] }, () =>
    resolvedAs('web@new'),
  );

  expect(result).toMatchObject({ kind: 'new-version', images: undefined });
});

test('of two triggers for one container the later image is written', () => {
  const dc = dcWith({ triggers: [onImage(true, 'old', 'a:1'), onImage(true, 'old', 'b:1')], image: 'old' });

  const result = instantiate(
    dc,
    rcOf(1, 'Complete', { dc }),
    { latest: true, force: true, excludeTriggers: [] },
    (_, stream) => resolvedAs(stream),
  );

  expect(result).toMatchObject({
    images: {
      triggers: [
        { index: 0, image: 'a' },
        { index: 1, image: 'b' },
      ],
      containers: [{ list: 'containers', index: 0, image: 'b' }],
    },
  });
});

test('a refreshed image counts as a cause, and init containers get it too', () => {
  const trigger = onImage(true, 'web@old');
  const names = ['web', 'migrate'];
  const dc = dcOf({
    spec: {
      triggers: [{ ...trigger, imageChangeParams: { ...trigger.imageChangeParams, containerNames: names } }],
      template: {
        spec: {
          containers: [{ name: 'web', image: 'web@old' }],
          initContainers: [{ name: 'migrate', image: 'web@old' }],
        },
      },
    },
    status: { latestVersion: 1 },
  });

  const result = instantiate(dc, rcOf(1, 'Complete', { dc }), { latest: true, force: false, excludeTriggers: [] }, () =>
    resolvedAs('web@new'),
  );

  expect(result).toMatchObject({
    ...image,
    version: 2,
    images: {
      containers: [
        { list: 'initContainers', index: 0, image: 'web@new' },
        { list: 'containers', index: 0, image: 'web@new' },
      ],
    },
  });
});

test.each([
  [
    'a paused one',
    dcWith({ paused: true }),
    rcOf(1, 'Complete'),
    'deployment config "web" is paused - unpause to request a new deployment',
  ],
  [
    'one whose latest rollout is not there',
    dcWith({}),
    undefined,
    'rollout #1 of "web" has no ReplicationController yet; try again',
  ],
  [
    'one whose recorded configuration cannot be read',
    dcWith({}),
    rcOf(1, 'Complete', { annotations: { 'openshift.io/encoded-deployment-config': '{' } }),
    'the configuration recorded in replication controller "web-1" cannot be read',
  ],
])('a rollout of %s is refused, also under force', (_, dc, latest, message) => {
  const result = instantiate(dc, latest, { latest: false, force: true, excludeTriggers: [] }, () => undefined);

  expect(result).toMatchObject({ kind: 'refused', message });
});

test.each([
  ['nothing was rolled out yet', dcWith({ version: 0 }), undefined, undefined],
  ['the latest rollout is over', dcWith({}), rcOf(1, 'Failed'), undefined],
  ['the latest rollout runs', dcWith({}), rcOf(1, 'Running'), '#1 is already in progress (Running).'],
  [
    'the configuration is paused',
    dcWith({ paused: true }),
    rcOf(1, 'Complete'),
    'cannot deploy a paused deployment config',
  ],
])('before "rollout latest": %s', (_, dc, latest, message) => {
  expect(obstacleToLatest(dc, latest)?.message).toBe(message);
});

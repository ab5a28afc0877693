import type { DeploymentTrigger } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import {
  followedTags,
  guarded,
  type ImageChange,
  imageChange,
  imageOperations,
  type TagResolver,
} from '../src/index.ts';
import { dcOf, resolvedAs, START_MS } from './support/objects.ts';

interface TriggerOptions {
  readonly automatic?: boolean;
  readonly containers?: string[];
  readonly last?: string;
  readonly name?: string;
  readonly namespace?: string;
}

const trigger = ({
  automatic = true,
  containers = ['web'],
  last = '',
  name = 'web:latest',
  namespace = '',
}: TriggerOptions = {}): DeploymentTrigger => ({
  type: 'ImageChange',
  imageChangeParams: {
    automatic,
    containerNames: containers,
    from: { kind: 'ImageStreamTag', name, ...(namespace === '' ? {} : { namespace }) },
    lastTriggeredImage: last,
  },
});

const config: DeploymentTrigger = { type: 'ConfigChange' };

function changeOf(
  triggers: DeploymentTrigger[],
  images: Readonly<Record<string, string>>,
  containers = [{ name: 'web', image: '' }],
  initContainers: { name: string; image: string }[] = [],
): ImageChange | undefined {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers, initContainers } };
  const resolve: TagResolver = (namespace, stream, tag) => resolvedAs(images[`${namespace}/${stream}:${tag}`]);
  return imageChange(dcOf({ spec: { triggers, template } }), resolve, START_MS);
}

const first = { 'shop/web:latest': 'image-1' };

test('#61 a resolved tag is written into the trigger and its container at once', () => {
  expect(changeOf([config, trigger()], first)).toEqual({
    triggers: [{ index: 1, image: 'image-1' }],
    containers: [{ list: 'containers', index: 0, image: 'image-1' }],
  });
});

test('#62, images #170 an unresolved tag without an image before changes nothing', () => {
  expect(changeOf([trigger()], {})).toBeUndefined();
});

test('#63, images #172 one trigger that never had an image holds back all', () => {
  expect(changeOf([trigger(), trigger({ name: 'side:1', containers: ['side'] })], first)).toBeUndefined();
});

test('#64, images #173 an unresolved trigger that had an image keeps it, and the others apply', () => {
  const triggers = [trigger(), trigger({ name: 'side:1', containers: ['side'], last: 'old-image' })];
  const containers = [
    { name: 'web', image: '' },
    { name: 'side', image: 'old-image' },
  ];
  expect(changeOf(triggers, first, containers)).toEqual({
    triggers: [{ index: 0, image: 'image-1' }],
    containers: [{ list: 'containers', index: 0, image: 'image-1' }],
  });
});

test('#65, images #171 a trigger that is not automatic changes nothing', () => {
  expect(changeOf([trigger({ automatic: false })], first)).toBeUndefined();
});

test('#66, images #169 a trigger for a container that is not there still records its image', () => {
  expect(changeOf([trigger({ containers: ['nobody'], last: 'image-0' })], first)).toEqual({
    triggers: [{ index: 0, image: 'image-1' }],
    containers: [],
  });
});

test('#67 two triggers on one tag fill two containers together', () => {
  const triggers = [trigger({ last: 'image-0' }), trigger({ containers: ['side'], last: 'image-0' })];
  const containers = [
    { name: 'web', image: 'image-0' },
    { name: 'side', image: 'image-0' },
  ];
  expect(changeOf(triggers, first, containers)).toEqual({
    triggers: [
      { index: 0, image: 'image-1' },
      { index: 1, image: 'image-1' },
    ],
    containers: [
      { list: 'containers', index: 0, image: 'image-1' },
      { list: 'containers', index: 1, image: 'image-1' },
    ],
  });
});

test('images #174 one trigger fills two containers, init containers included', () => {
  const containers = [
    { name: 'web', image: '' },
    { name: 'other', image: 'x' },
  ];
  expect(
    changeOf([trigger({ containers: ['web', 'setup'] })], first, containers, [{ name: 'setup', image: '' }]),
  ).toEqual({
    triggers: [{ index: 0, image: 'image-1' }],
    containers: [
      { list: 'initContainers', index: 0, image: 'image-1' },
      { list: 'containers', index: 0, image: 'image-1' },
    ],
  });
});

test('images #175 a newer image replaces the one before', () => {
  expect(
    changeOf([trigger({ last: 'image-1' })], { 'shop/web:latest': 'image-2' }, [{ name: 'web', image: 'image-1' }]),
  ).toEqual({
    triggers: [{ index: 0, image: 'image-2' }],
    containers: [{ list: 'containers', index: 0, image: 'image-2' }],
  });
});

test('nothing is written when everything is as it should be', () => {
  expect(changeOf([trigger({ last: 'image-1' })], first, [{ name: 'web', image: 'image-1' }])).toBeUndefined();
});

test('an image that an apply put back is repaired', () => {
  expect(changeOf([trigger({ last: 'image-1' })], first, [{ name: 'web', image: 'from-manifest' }])).toEqual({
    triggers: [],
    containers: [{ list: 'containers', index: 0, image: 'image-1' }],
  });
});

test('images #194 of a trigger for two containers the tag is followed, and a DockerImage is not', () => {
  const image: DeploymentTrigger = {
    type: 'ImageChange',
    imageChangeParams: { automatic: true, containerNames: ['web'], from: { kind: 'DockerImage', name: 'web:latest' } },
  };
  const dc = dcOf({ spec: { triggers: [trigger({ containers: ['web', 'side'] }), image] } });
  expect(followedTags(dc)).toEqual([{ namespace: 'shop', stream: 'web', tag: 'latest' }]);
});

test.each(['web', 'web:', ':latest', 'a:b:c', ''])('a trigger on %j is never resolved', (name) => {
  expect(changeOf([trigger({ name })], { 'shop/web:latest': 'x', 'shop/a:b': 'x' })).toBeUndefined();
});

test('only the tags of automatic triggers are followed, in their own namespaces', () => {
  const triggers = [
    trigger(),
    trigger({ automatic: false, name: 'no:1' }),
    trigger({ namespace: 'base', name: 'side:1' }),
  ];
  expect(followedTags(dcOf({ spec: { triggers } }))).toEqual([
    { namespace: 'shop', stream: 'web', tag: 'latest' },
    { namespace: 'base', stream: 'side', tag: '1' },
  ]);
});

test('images are written only while the object is as it was read', () => {
  const change: ImageChange = {
    containers: [{ list: 'containers', index: 1, image: 'b' }],
    triggers: [{ index: 0, image: 'b' }],
  };
  const dc = dcOf({ metadata: { resourceVersion: '7' } });
  expect(guarded(dc, imageOperations(change))).toEqual([
    { op: 'test', path: '/metadata/resourceVersion', value: '7' },
    { op: 'add', path: '/spec/template/spec/containers/1/image', value: 'b' },
    { op: 'add', path: '/spec/triggers/0/imageChangeParams/lastTriggeredImage', value: 'b' },
  ]);
});

import type { DeploymentTrigger } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import { decideVersion } from '../src/version-decision.ts';
import { dcOf, templateOf } from './support/objects.ts';

const onConfig: DeploymentTrigger = { type: 'ConfigChange' };
const onImage = (lastTriggeredImage?: string, automatic = true): DeploymentTrigger => ({
  type: 'ImageChange',
  imageChangeParams: {
    automatic,
    containerNames: ['web'],
    from: { kind: 'ImageStreamTag', name: 'web:latest' },
    ...(lastTriggeredImage === undefined ? {} : { lastTriggeredImage }),
  },
});

const configCause = { message: 'config change', causes: [{ type: 'ConfigChange' }] };
const imageCause = (...images: string[]) => ({
  message: 'image change',
  causes: images.map((name) => ({ type: 'ImageChange', imageTrigger: { from: { kind: 'DockerImage', name } } })),
});

const recorded = dcOf({ status: { latestVersion: 1 } });
const edited = { ...templateOf('web:1'), metadata: { labels: { app: 'web', tier: 'front' } } };

interface Row {
  readonly triggers: DeploymentTrigger[];
  readonly version?: number;
  readonly template?: ReturnType<typeof templateOf>;
  readonly paused?: boolean;
  readonly withoutRecord?: boolean;
  readonly expected: object;
}

const none = { kind: 'none' };
const started = (details: object) => ({ kind: 'new-version', details });

test.each<[string, Row]>([
  ['paused: nothing', { triggers: [onConfig], paused: true, version: 0, expected: none }],
  ['no trigger: nothing, also at version 0', { triggers: [], version: 0, expected: none }],
  ['at version 0 ConfigChange fires at once', { triggers: [onConfig], version: 0, expected: started(configCause) }],
  [
    'at version 0 an image that is not known yet is waited for',
    { triggers: [onConfig, onImage()], version: 0, expected: { kind: 'wait', reason: 'no image yet for web:latest' } },
  ],
  [
    'also one of a trigger that is not automatic',
    {
      triggers: [onImage('a'), onImage('', false)],
      version: 0,
      expected: { kind: 'wait', reason: 'no image yet for web:latest' },
    },
  ],
  [
    'with every image known the cause is the configuration',
    { triggers: [onConfig, onImage('a')], version: 0, expected: started(configCause) },
  ],
  [
    'an ImageChange trigger alone fires at version 0 too',
    { triggers: [onImage('a')], version: 0, expected: started(configCause) },
  ],
  [
    'nothing fires before the latest version is there',
    { triggers: [onConfig], template: edited, withoutRecord: true, expected: none },
  ],
  ['an unchanged template is no change', { triggers: [onConfig], expected: none }],
  [
    'a changed template is a change of configuration',
    { triggers: [onConfig], template: edited, expected: started(configCause) },
  ],
  [
    'a changed template without ConfigChange is nothing',
    { triggers: [onImage('web:1')], template: edited, expected: none },
  ],
  [
    'another image is an image change, also without ConfigChange',
    { triggers: [onImage('web:2')], template: templateOf('web:2'), expected: started(imageCause('web:2')) },
  ],
  [
    'also when somebody wrote it by hand',
    {
      triggers: [onConfig, onImage('web:1', false)],
      template: templateOf('web:3'),
      expected: started(imageCause('web:3')),
    },
  ],
  [
    'another image without an ImageChange trigger is a change of configuration',
    { triggers: [onConfig], template: templateOf('web:2'), expected: started(configCause) },
  ],
  [
    'white space around an image is no change',
    { triggers: [onConfig, onImage('web:1')], template: templateOf(' web:1 '), expected: none },
  ],
])('%s', (_, row) => {
  const dc = dcOf({
    spec: {
      triggers: row.triggers,
      template: row.template ?? templateOf('web:1'),
      paused: row.paused ?? false,
      replicas: 9,
    },
    status: { latestVersion: row.version ?? 1 },
  });
  const before = row.version === 0 || row.withoutRecord ? undefined : recorded;
  expect(decideVersion(dc, before)).toEqual(row.expected);
});

test('init containers do not count as image changes', () => {
  const template = templateOf('web:1');
  const dc = dcOf({
    spec: {
      triggers: [onImage('web:1')],
      template: { ...template, spec: { ...template.spec, initContainers: [{ name: 'init', image: 'x' }] } },
    },
    status: { latestVersion: 1 },
  });
  expect(decideVersion(dc, recorded)).toEqual(none);
});

test('a configuration that lost its image trigger rolls out a changed image as a change of configuration', () => {
  const dc = dcOf({ spec: { triggers: [onConfig], template: templateOf('web:2') }, status: { latestVersion: 1 } });
  expect(decideVersion(dc, recorded)).toEqual(started(configCause));
});

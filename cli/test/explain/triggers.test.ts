import type { KubeObject } from '@tagstream/api-types';
import {
  HOLD_ANNOTATION,
  MINIMUM_AGE_ANNOTATION,
  REVERTED_ANNOTATION,
  TRIGGERS_ANNOTATION,
} from '@tagstream/image-stream';
import { describe, expect, test } from 'vitest';
import { explainTriggers } from '../../src/explain/rules/triggers.ts';
import {
  appStream,
  deployment,
  digest,
  FIELD,
  factsOf,
  image,
  MINUTE,
  NOW,
  said,
  type Told,
  trigger,
} from './fixtures.ts';

const OWNER = { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1', uid: 'u', controller: true };
const REVERTED = {
  [REVERTED_ANNOTATION]: JSON.stringify({
    web: { image: image('a'), by: 'argocd-controller', count: 3, at: new Date(NOW - 30 * MINUTE).toISOString() },
  }),
};
const managedFields = [
  {
    manager: 'argocd-controller',
    time: new Date(NOW - MINUTE).toISOString(),
    fieldsV1: {
      'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } } } },
    },
  },
];

const misplaced: ReturnType<typeof deployment> = {
  kind: 'workload',
  type: 'deployment',
  base: 'spec.template.spec',
  object: {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template: { metadata: { annotations: { [TRIGGERS_ANNOTATION]: '[]' } }, spec: { containers: [] } } },
  } as KubeObject,
};

interface Row extends Omit<Told, 'subject'> {
  readonly row: string;
  readonly subject: ReturnType<typeof deployment>;
  readonly expected: readonly string[];
}

describe('the triggers of a workload are explained', () => {
  test.each<Row>([
    {
      row: 'that has the newest image',
      subject: deployment(image('a'), [trigger()]),
      streams: [appStream('ab')],
      expected: ['OK image: container web runs the newest image of app:latest, sha256:aaaaaaaaaaaa'],
    },
    {
      row: 'whose init container is found by its name in the other list',
      subject: deployment(image('a'), [trigger('app', FIELD.replace('"web"', '"init"')), trigger('app:', FIELD)]),
      streams: [appStream('a')],
      expected: [
        'PROBLEM trigger: the trigger for spec.template.spec.containers[?(@.name=="init")].image follows nothing: its from is ImageStreamTag "app" → write kind ImageStreamTag and a name like STREAM:TAG',
        'OK image: container web runs the newest image of app:latest, sha256:aaaaaaaaaaaa',
      ],
    },
    {
      row: 'that has no annotation',
      subject: deployment(image('a'), undefined),
      expected: [
        'PROBLEM trigger: it has no image trigger, so that nothing here changes its images → to follow a tag: tagstream set triggers deployment/web --from-image=STREAM:TAG --containers=CONTAINER',
      ],
    },
    {
      row: 'whose annotation is on the pod template',
      subject: misplaced,
      expected: [
        'PROBLEM trigger: the annotation image.openshift.io/triggers is on its pod template, where it means nothing → move it to the metadata of deployment/web',
      ],
    },
    {
      row: 'whose annotation cannot be read',
      subject: deployment(image('a'), '{"from": 1}'),
      expected: [
        'PROBLEM trigger: the annotation image.openshift.io/triggers cannot be read, so that there are no triggers: the value must be a JSON array of triggers → correct it: kubectl edit deployment/web',
      ],
    },
    {
      row: 'that another object controls',
      subject: deployment(image('a'), [trigger()], {}, { ownerReferences: [OWNER] }),
      expected: [
        'WAITING trigger: deployment/web controls it and decides about its images → tagstream explain deployment/web',
      ],
    },
    {
      row: 'whose field path is for a CronJob',
      subject: deployment(image('a'), [trigger('app:latest', `spec.jobTemplate.${FIELD}`)]),
      streams: [appStream('a')],
      expected: [
        'PROBLEM trigger: the trigger on app:latest is not for this kind of object: its fieldPath is spec.jobTemplate.spec.template.spec.containers[?(@.name=="web")].image → begin it with spec.template.spec.containers',
      ],
    },
    {
      row: 'whose field path names no image',
      subject: deployment(image('a'), [trigger('app:latest', 'spec.template.spec.containers[web].image')]),
      streams: [appStream('a')],
      expected: [
        'PROBLEM trigger: fieldPath spec.template.spec.containers[web].image names no image field: "web" must be a number or ?(@.name=="<container>") → correct it: kubectl edit deployment/web',
      ],
    },
    {
      row: 'whose container does not exist',
      subject: deployment(image('a'), [trigger('app:latest', FIELD.replace('"web"', '"wbe"'))]),
      streams: [appStream('a')],
      expected: [
        'PROBLEM trigger: the trigger on app:latest is for a container that does not exist: spec.template.spec.containers[?(@.name=="wbe")].image → name one of web, init',
      ],
    },
    {
      row: 'that are paused',
      subject: deployment(image('b'), [trigger('app:latest', FIELD, { paused: true })]),
      streams: [appStream('ab')],
      expected: [
        'WAITING trigger: the trigger on app:latest for container web is paused; it runs registry.example.com/shop/web@sha256:bbbbbbbbbbbb → to let it go on: tagstream set triggers deployment/web --auto',
      ],
    },
    {
      row: 'whose tag has no image yet',
      subject: deployment('none', [trigger()]),
      streams: [appStream('')],
      expected: ['WAITING image: container web keeps none until app:latest has an image'],
    },
    {
      row: 'whose stream in another namespace is missing',
      subject: deployment('', [{ ...trigger(), from: { kind: 'ImageStreamTag', name: 'app:v1', namespace: 'base' } }]),
      expected: ['WAITING image: container web keeps no image until base/app:v1 has an image'],
    },
    {
      row: 'whose image is about to be written',
      subject: deployment(image('b'), [trigger()]),
      streams: [appStream('ab', { agoMs: 5_000 })],
      expected: [
        'WAITING trigger: container web runs registry.example.com/shop/web@sha256:bbbbbbbbbbbb, which app:latest had until 5 seconds ago, one image behind; the image of app:latest is about to be written',
      ],
    },
    {
      row: 'whose image nobody writes',
      subject: deployment(image('c'), [trigger()]),
      streams: [appStream('abc')],
      expected: [
        'PROBLEM trigger: container web runs registry.example.com/shop/web@sha256:cccccccccccc, which app:latest had until about an hour ago, 2 images behind; nothing in deployment/web says why the image that app:latest has had for 10 minutes is not written → see that the service trigger runs and looks after this namespace; its log says "workload not updated" when it fails',
      ],
    },
    {
      row: 'whose update the API server refused, as an Event says',
      subject: deployment('mine:1', [trigger()]),
      streams: [appStream('a')],
      events: [
        { reason: 'ImageUpdateRefused', message: 'The images cannot be written: a policy', atMs: NOW - 2 * MINUTE },
        { reason: 'FailedCreate', message: 'later, about something else', atMs: NOW - MINUTE },
      ],
      expected: [
        'PROBLEM event: container web runs mine:1, which is no image that app:latest is known to have had; The images cannot be written: a policy (ImageUpdateRefused, 2 minutes ago) → it is tried again when the object or the tag changes',
      ],
    },
    {
      row: 'that hold the newest image back',
      subject: deployment(image('b'), [trigger()], { [HOLD_ANNOTATION]: `${digest('a')} until 2026-11-22T12:00:00Z` }),
      streams: [appStream('ab')],
      expected: [
        'WAITING policy: container web runs registry.example.com/shop/web@sha256:bbbbbbbbbbbb, which app:latest had until 10 minutes ago, one image behind; sha256:aaaaaaaaaaaa is held until 2026-11-22T12:00:00.000Z or until there is a newer one (trigger.tagstream.io/hold): it is written in 24 hours → to have it now: kubectl annotate deployment/web trigger.tagstream.io/hold-',
      ],
    },
    {
      row: 'whose minimum age was reached a moment ago',
      subject: deployment(image('b'), [trigger()], { [MINIMUM_AGE_ANNOTATION]: '10m' }),
      streams: [appStream('ab', { agoMs: 10 * MINUTE + 1 })],
      expected: [expect.stringMatching(/^WAITING trigger: .*; the image of app:latest is about to be written$/)],
    },
    {
      row: 'whose policy is misspelt',
      subject: deployment(image('b'), [trigger()], { [MINIMUM_AGE_ANNOTATION]: 'soon' }),
      streams: [appStream('ab')],
      expected: [
        expect.stringMatching(
          /^PROBLEM policy: .*; no image is written while the update policy cannot be read: trigger.tagstream.io\/minimum-age: "soon" is not a duration.* → correct the annotations: kubectl edit deployment\/web$/,
        ),
      ],
    },
    {
      row: 'that another tool takes back',
      subject: deployment('mine:1', [trigger()], REVERTED, { managedFields }),
      streams: [appStream('a')],
      expected: [
        expect.stringMatching(
          /^PROBLEM policy: container web runs mine:1, which .*; argocd-controller has taken back the image of container web 4 times in a row; it is written again in about a minute → have Argo CD leave the field alone.*"paused": true/,
        ),
      ],
    },
  ])('$row', ({ row: _, expected, ...told }) => {
    const facts = factsOf(told);
    if (told.subject.kind !== 'workload') throw new Error('a workload is explained');
    expect(said(explainTriggers(told.subject, facts))).toEqual(expected);
  });
});

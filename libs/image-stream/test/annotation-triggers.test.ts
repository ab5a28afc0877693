import { describe, expect, test } from 'vitest';
import { findContainer, parseTriggers, reactToTriggers, type TagAddress, TRIGGERS_ANNOTATION } from '../src/index.ts';
import { frozen } from './fixtures.ts';

const BASE = 'spec.template.spec';
const path = (container: string, list = 'containers') => `${BASE}.${list}[?(@.name=="${container}")].image`;
const trigger = (name: string, fieldPath: string, more: object = {}) => ({
  from: { kind: 'ImageStreamTag', name },
  fieldPath,
  ...more,
});

/** A Deployment with containers `web` and `side` and init container `setup`. */
const deployment = (triggers: unknown, images: Record<string, string> = {}) => ({
  kind: 'Deployment',
  metadata: {
    namespace: 'shop',
    annotations: triggers === undefined ? {} : { [TRIGGERS_ANNOTATION]: JSON.stringify(triggers) },
  },
  spec: {
    template: {
      spec: {
        initContainers: [{ name: 'setup', image: images.setup ?? 'old/setup' }],
        containers: [
          { name: 'web', image: images.web ?? 'old/web' },
          { name: 'side', image: images.side ?? 'old/side' },
        ],
      },
    },
  },
});

const known: Record<string, string> = {
  'shop/web:latest': 'r/web@sha256:aa',
  'shop/side:latest': 'r/side@sha256:bb',
  'lib/base:1': 'r/base@sha256:cc',
};
const resolve = ({ namespace, stream, tag }: TagAddress) => {
  const reference = known[`${namespace}/${stream}:${tag}`];
  return reference === undefined ? undefined : { reference };
};

/** Reads the triggers of the object and returns what they ask for: an error's reason, or the images to write by path. */
function react(object: ReturnType<typeof deployment>) {
  const parsed = parseTriggers(object.metadata.annotations[TRIGGERS_ANNOTATION]);
  if (parsed.kind === 'invalid') return { invalid: parsed.reason };
  const reaction = reactToTriggers(frozen(object), BASE, frozen(parsed.triggers), resolve);
  if (reaction.kind === 'error') return { error: reaction.reason };
  return reaction.kind === 'unchanged' ? {} : Object.fromEntries(reaction.changes.map(({ path, to }) => [path, to]));
}

const WEB = '/spec/template/spec/containers/0/image';
const SIDE = '/spec/template/spec/containers/1/image';
const SETUP = '/spec/template/spec/initContainers/0/image';

describe('what the image triggers of a workload ask for', () => {
  test.each<{ row: string; object: ReturnType<typeof deployment>; expected: object }>([
    { row: '#153 without annotation nothing', object: deployment(undefined), expected: {} },
    {
      row: '#154 a container that does not exist is an error once the tag resolves',
      object: deployment([trigger('web:latest', path('missing'))]),
      expected: { error: expect.stringContaining('does not exist') },
    },
    {
      row: '#155 a path without .image is an error',
      object: deployment([trigger('web:latest', `${BASE}.containers[?(@.name=="web")]`)]),
      expected: { error: expect.stringContaining('names no image field') },
    },
    {
      row: '#155 a path without ] is an error',
      object: deployment([trigger('web:latest', `${BASE}.containers[?(@.name=="web").image`)]),
      expected: { error: expect.stringContaining('names no image field') },
    },
    {
      row: '#155 another kind of selector is an error',
      object: deployment([trigger('web:latest', `${BASE}.containers[@.name=web].image`)]),
      expected: { error: expect.stringContaining('must be a number or') },
    },
    {
      row: '#156 a tag that does not resolve asks for nothing',
      object: deployment([trigger('web:no', path('web'))]),
      expected: {},
    },
    {
      row: 'a bad path is not reported while its tag does not resolve',
      object: deployment([trigger('web:no', path('missing'))]),
      expected: {},
    },
    {
      row: '#157 a tag of another namespace is written',
      object: deployment([
        { ...trigger('', path('web')), from: { kind: 'ImageStreamTag', name: 'base:1', namespace: 'lib' } },
      ]),
      expected: { [WEB]: 'r/base@sha256:cc' },
    },
    {
      row: '#158 an init container is written',
      object: deployment([trigger('web:latest', path('setup', 'initContainers'))]),
      expected: { [SETUP]: 'r/web@sha256:aa' },
    },
    {
      row: '#159 a paused trigger asks for nothing, whatever else is wrong with it',
      object: deployment([trigger('web:latest', path('missing'), { paused: true })]),
      expected: {},
    },
    {
      row: '#160 of two triggers only the one that resolves is written',
      object: deployment([trigger('web:latest', path('web')), trigger('side:no', path('side'))]),
      expected: { [WEB]: 'r/web@sha256:aa' },
    },
    {
      row: '#161 two triggers are written together',
      object: deployment([trigger('web:latest', path('web')), trigger('side:latest', path('side'))]),
      expected: { [WEB]: 'r/web@sha256:aa', [SIDE]: 'r/side@sha256:bb' },
    },
    {
      row: '#163 one field path twice makes the whole annotation invalid',
      object: deployment([trigger('web:latest', path('web')), trigger('side:latest', path('web'))]),
      expected: { invalid: expect.stringContaining('occurs twice') },
    },
    {
      row: '#164 an index is written',
      object: deployment([trigger('web:latest', `${BASE}.containers[1].image`)]),
      expected: { [SIDE]: 'r/web@sha256:aa' },
    },
    {
      row: '#164 an index respects the list',
      object: deployment([trigger('web:latest', `${BASE}.initContainers[1].image`)]),
      expected: { error: expect.stringContaining('does not exist') },
    },
    {
      row: '#164 a negative index is an error',
      object: deployment([trigger('web:latest', `${BASE}.containers[-1].image`)]),
      expected: { error: expect.stringContaining('does not exist') },
    },
    {
      row: '#165 a name is looked for among the init containers whatever list is written',
      object: deployment([trigger('web:latest', path('setup'))]),
      expected: { [SETUP]: 'r/web@sha256:aa' },
    },
    {
      row: '#166 an image that is right already asks for nothing',
      object: deployment([trigger('web:latest', path('web'))], { web: 'r/web@sha256:aa' }),
      expected: {},
    },
    {
      row: '#167 a malformed trigger after a good one stops both',
      object: deployment([trigger('web:latest', path('web')), trigger('side:latest', `${BASE}.containers[x].image`)]),
      expected: { error: expect.stringContaining('must be a number or') },
    },
    {
      row: '#168 "false" as a string for paused is tolerated',
      object: deployment([trigger('web:latest', path('web'), { paused: 'false' })]),
      expected: { [WEB]: 'r/web@sha256:aa' },
    },
    {
      row: '#168 "true" as a string for paused is tolerated',
      object: deployment([trigger('web:latest', path('web'), { paused: 'true' })]),
      expected: {},
    },
    {
      row: 'a path for another kind of object is skipped',
      object: deployment([trigger('web:latest', 'spec.jobTemplate.spec.template.spec.containers[0].image')]),
      expected: {},
    },
    {
      row: 'of two spellings of one container the later one counts',
      object: deployment([trigger('web:latest', path('web')), trigger('side:latest', `${BASE}.containers[0].image`)]),
      expected: { [WEB]: 'r/side@sha256:bb' },
    },
    {
      row: 'two spellings that end at the present image ask for nothing',
      object: deployment([trigger('side:latest', path('web')), trigger('web:latest', `${BASE}.containers[0].image`)], {
        web: 'r/web@sha256:aa',
      }),
      expected: {},
    },
    {
      row: 'the dot before image may be missing',
      object: deployment([trigger('web:latest', `${BASE}.containers[0]image`)]),
      expected: { [WEB]: 'r/web@sha256:aa' },
    },
    {
      row: 'an empty tag is latest',
      object: deployment([trigger('web:', path('web'))]),
      expected: { [WEB]: 'r/web@sha256:aa' },
    },
    {
      row: 'a source without a colon or of another kind asks for nothing',
      object: deployment([
        trigger('web', path('web')),
        { from: { kind: 'DockerImage', name: 'side:latest' }, fieldPath: path('side') },
      ]),
      expected: {},
    },
  ])('$row', ({ object, expected }) => {
    expect(react(object)).toEqual(expected);
  });

  test('#162 a change says everything a guarded write needs, and the object is not touched', () => {
    const object = frozen(deployment([trigger('web:latest', path('web'))]));
    const parsed = parseTriggers(object.metadata.annotations[TRIGGERS_ANNOTATION]);
    const triggers = parsed.kind === 'triggers' ? parsed.triggers : [];
    expect(reactToTriggers(object, BASE, triggers, resolve)).toEqual({
      kind: 'patch',
      changes: [
        {
          path: WEB,
          from: 'old/web',
          to: 'r/web@sha256:aa',
          container: 'web',
          trigger: triggers[0],
          source: { namespace: 'shop', stream: 'web', tag: 'latest' },
        },
      ],
    });
  });

  test('the pod spec of a CronJob is one level deeper', () => {
    const base = 'spec.jobTemplate.spec.template.spec';
    const cronJob = {
      metadata: { namespace: 'shop' },
      spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'web' }] } } } } },
    };
    const parsed = parseTriggers(JSON.stringify([trigger('web:latest', `${base}.containers[0].image`)]));
    expect(reactToTriggers(cronJob, base, parsed.kind === 'triggers' ? parsed.triggers : [], resolve)).toMatchObject({
      kind: 'patch',
      changes: [{ path: `/${base.replaceAll('.', '/')}/containers/0/image`, from: undefined, to: 'r/web@sha256:aa' }],
    });
  });

  test('an object without a pod spec has no such container', () => {
    const parsed = parseTriggers(JSON.stringify([trigger('web:latest', path('web'))]));
    const triggers = parsed.kind === 'triggers' ? parsed.triggers : [];
    expect(reactToTriggers({ metadata: { namespace: 'shop' } }, BASE, triggers, resolve).kind).toBe('error');
  });
});

describe('finding a container', () => {
  const both = { initContainers: [{ name: 'x', image: 'i' }], containers: [{ name: 'x', image: 'c' }] };

  test('by name takes an init container before another one', () => {
    const place = findContainer(both, { list: 'containers', by: { name: 'x' } });
    expect(place).toEqual({ list: 'initContainers', index: 0, image: 'i', name: 'x' });
  });

  test('by index takes the list that is written', () => {
    expect(findContainer(both, { list: 'containers', by: { index: 0 } })?.image).toBe('c');
    expect(findContainer({}, { list: 'containers', by: { index: 0 } })).toBeUndefined();
  });
});

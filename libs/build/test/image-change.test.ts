import {
  type BuildConfigSpec,
  type BuildRequest,
  type ImageChangeTriggerStatus,
  normalizeBuildConfig,
} from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { imageTriggerStatus } from '../src/image-trigger-status.ts';
import { followedStreams, imageChangeRequest, imageResolver } from '../src/index.ts';
import { config, digest, NOW, stream } from './fixture.ts';

const tag = (name: string, namespace?: string) => ({ kind: 'ImageStreamTag', name, ...(namespace && { namespace }) });
const trigger = (name: string, more: object = {}) => ({
  type: 'ImageChange' as const,
  imageChange: { from: tag(name), ...more },
});
const A = `registry.example.com/base@${digest('a')}`;
const B = `registry.example.com/base@${digest('b')}`;
const resolve = imageResolver(new Map([['shop/base', stream('base', { a: digest('a'), b: digest('b') })]]));
const recorded = (name: string, image: string): ImageChangeTriggerStatus => ({
  from: { namespace: 'shop', name },
  lastTriggeredImageID: image,
});
const configOf = (triggers: readonly object[], status: readonly ImageChangeTriggerStatus[] = [], spec: object = {}) =>
  normalizeBuildConfig(
    config(
      { triggers: [...triggers] as NonNullable<BuildConfigSpec['triggers']>, ...spec },
      { status: { imageChangeTriggers: [...status] } },
    ),
  );

interface Row {
  readonly row: string;
  readonly triggers: readonly object[];
  readonly status?: readonly ImageChangeTriggerStatus[];
  /** The image that the request is for, its tag, and the tags of its causes; none for no request. */
  readonly expected?: { readonly image: string; readonly from: string; readonly causes: readonly string[] };
}

describe('the request for a Build because a tag moved', () => {
  test.each<Row>([
    {
      row: 'images #183 one trigger, a new image',
      triggers: [trigger('base:a')],
      expected: { image: A, from: 'base:a', causes: ['base:a'] },
    },
    { row: 'images #184 a tag that does not resolve asks for nothing', triggers: [trigger('gone:a')] },
    {
      row: 'images #185 of two triggers, one of which does not resolve, the other one',
      triggers: [trigger('gone:a'), trigger('base:b')],
      expected: { image: B, from: 'base:b', causes: ['base:b'] },
    },
    {
      row: 'images #186 two identical triggers are one cause',
      triggers: [trigger('base:a'), trigger('base:a')],
      expected: { image: A, from: 'base:a', causes: ['base:a'] },
    },
    {
      row: 'images #187 two triggers that are both new are two causes, the image that of the first',
      triggers: [trigger('base:b'), trigger('base:a')],
      expected: { image: B, from: 'base:b', causes: ['base:b', 'base:a'] },
    },
    { row: 'images #188 a paused trigger asks for nothing', triggers: [trigger('base:a', { paused: true })] },
    {
      row: 'images #188 beside a paused trigger the active one asks',
      triggers: [trigger('base:a', { paused: true }), trigger('base:b')],
      expected: { image: B, from: 'base:b', causes: ['base:b'] },
    },
    {
      row: 'images #189 the image that the status has asks for nothing',
      triggers: [trigger('base:a')],
      status: [recorded('base:a', A)],
    },
    {
      row: 'images #189 the image that only the deprecated field of the spec has asks for nothing',
      triggers: [trigger('base:a', { lastTriggeredImageID: A })],
    },
    { row: 'images #190 a webhook asks for nothing', triggers: [{ type: 'GitHub', github: { secret: 'x' } }] },
  ])('$row', ({ triggers, status, expected }) => {
    const request = imageChangeRequest(configOf(triggers, status), resolve);
    expect(
      request && {
        image: request.triggeredByImage?.name,
        from: request.from?.name,
        causes: request.triggeredBy?.map(({ imageChangeBuild }) => imageChangeBuild?.fromRef?.name),
      },
    ).toEqual(expected);
  });
});

test('images #192 the image of the strategy and an explicit one of another namespace are both followed', () => {
  const strategy = { dockerStrategy: { from: tag('base:a') } };
  const other = { type: 'ImageChange', imageChange: { from: tag('tools:1', 'lib') } };
  expect(followedStreams(configOf([{ type: 'ImageChange' }, other], [], { strategy }))).toEqual([
    { namespace: 'shop', name: 'base' },
    { namespace: 'lib', name: 'tools' },
  ]);
});

describe('what the status records with a Build', () => {
  const record = (triggers: readonly object[], request: Partial<BuildRequest>, spec: object = {}) =>
    imageTriggerStatus(
      configOf(triggers, [], spec),
      { metadata: { name: 'bc' }, ...request },
      resolve,
      NOW.toISOString(),
    ).map(({ from, lastTriggeredImageID, lastTriggerTime }) => [
      from?.name,
      lastTriggeredImageID === A ? 'A' : lastTriggeredImageID === B ? 'B' : lastTriggeredImageID,
      lastTriggerTime !== undefined,
    ]);
  const byImage = (name: string, namespace?: string): Partial<BuildRequest> => ({
    from: tag(name, namespace),
    triggeredByImage: { kind: 'DockerImage', name: A },
  });

  test.each<{ row: string; from: Partial<BuildRequest>; spec: object; first: object }>([
    {
      row: 'images #195 the image of the request for the trigger of the strategy',
      from: byImage('base:a', 'shop'),
      spec: { strategy: { dockerStrategy: { from: tag('base:a') } } },
      first: { type: 'ImageChange' },
    },
    {
      row: 'images #195 the image of the request for an explicit trigger',
      from: byImage('base:a', 'shop'),
      spec: {},
      first: trigger('base:a'),
    },
    {
      row: 'images #195 the image of the request for a trigger with a namespace',
      from: byImage('base:a', 'shop'),
      spec: {},
      first: { type: 'ImageChange', imageChange: { from: tag('base:a', 'shop') } },
    },
    {
      row: 'images #196 the image of the request where its namespace is implied',
      from: byImage('base:a'),
      spec: {},
      first: trigger('base:a'),
    },
  ])('is $row, and what the tags of all others stand for, without a time', ({ from, spec, first }) => {
    expect(record([first, trigger('base:b')], from, spec)).toEqual([
      ['base:a', 'A', true],
      ['base:b', 'B', false],
    ]);
  });

  test.each([
    { row: 'images #196 a request without a tag', from: { triggeredByImage: { kind: 'DockerImage', name: A } } },
    { row: 'images #196 a request for the tag of another namespace', from: byImage('base:a', 'lib') },
  ])('is what all tags stand for, with $row', ({ from }) => {
    expect(record([trigger('base:a')], from)).toEqual([['base:a', 'A', false]]);
  });

  test('images #195 never stands in the spec', () => {
    const bc = configOf([trigger('base:a')]);
    imageTriggerStatus(bc, { metadata: { name: 'bc' }, ...byImage('base:a', 'shop') }, resolve, NOW.toISOString());
    expect(JSON.stringify(bc.spec)).not.toContain(A);
  });
});

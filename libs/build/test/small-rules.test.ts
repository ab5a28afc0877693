import { normalizeBuildConfig, type WebHookTriggerType } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import {
  buildName,
  buildPodName,
  configNameOf,
  gitRefMatches,
  imageChangeRequest,
  imageResolver,
  outputReference,
  prunable,
  sourceSummary,
  webHookCause,
} from '../src/index.ts';
import { cloneName, labelValue } from '../src/names.ts';
import { build, config, digest, stream } from './fixture.ts';

describe('names', () => {
  test.each([
    ['my.label.ends.with.a.decimal.', 'my.label.ends.with.a.decimal'],
    ['my-label-', 'my-label'],
    ['my_label_', 'my_label'],
    ['a'.repeat(66), 'a'.repeat(63)],
    ['some-label-v4.3.2-beta3', 'some-label-v4.3.2-beta3'],
  ])('#125 %s as label value', (name, expected) => {
    expect(labelValue(name)).toBe(expected);
  });

  const now = 1_426_794_070_123_456_789n;
  test.each([
    ['mybuild-1', 'mybuild-1-0123456789'],
    ['mybuild-1-1426794070', 'mybuild-1-0123456789'],
    ['mybuild-1-1426794070-1-1426794070', 'mybuild-1-1426794070-1-0123456789'],
  ])('#126 the repetition of %s', (name, expected) => {
    expect(cloneName(name, now)).toBe(expected);
  });

  test('are never too long', () => {
    expect(buildName('b'.repeat(253), 12)).toHaveLength(253);
    expect(buildPodName('bc-1')).toBe('bc-1-build');
  });

  test.each([
    ['the annotation', { annotations: { 'openshift.io/build-config.name': 'a' }, labels: { buildconfig: 'b' } }, 'a'],
    ['the label', { labels: { 'openshift.io/build-config.name': 'a', buildconfig: 'b' } }, 'a'],
    ['the old label', { labels: { buildconfig: 'b' } }, 'b'],
    ['nothing', {}, undefined],
  ])('the BuildConfig of a Build is named by %s', (_, metadata, expected) => {
    expect(configNameOf({ metadata: { name: 'x', ...metadata } })).toBe(expected);
  });
});

describe('#112b a push', () => {
  test.each([
    ['master', 'wrongref', false],
    ['master', 'master', true],
    ['master', '', true],
    ['refs/heads/master', 'master', true],
    ['master', 'refs/heads/master', true],
    ['main', '', false],
    ['refs/tags/v1', 'v1', false],
    ['refs/tags/v1', 'refs/tags/v1', true],
    ['refs/heads/refs/heads/a', 'refs/heads/a', false],
    ['', '', false],
  ])('#112b to "%s" concerns a source that follows "%s": %s', (event, ref, expected) => {
    expect(gitRefMatches(event, { git: { uri: 'https://a/b', ref } })).toBe(expected);
  });

  test('a source without git follows master', () => {
    expect(gitRefMatches('master', { dockerfile: 'FROM scratch' })).toBe(true);
  });
});

describe('#117 the cause of a webhook', () => {
  test.each([
    ['GitHub', 'githubWebHook'],
    ['GitLab', 'gitlabWebHook'],
    ['Bitbucket', 'bitbucketWebHook'],
    ['Generic', 'genericWebHook'],
  ] as const)('#117 %s', (type: WebHookTriggerType, member) => {
    const revision = { git: { commit: 'a' } };

    expect(webHookCause(type, revision)).toEqual({
      message: `${type} WebHook`,
      [member]: { revision, secret: '<secret>' },
    });
  });
});

const kept = (limits: object, builds: readonly ReturnType<typeof build>[]) => {
  const gone = new Set(prunable(normalizeBuildConfig(config(limits)), builds));
  return builds.filter((one) => !gone.has(one)).map(({ metadata }) => metadata.name);
};

describe('finished builds', () => {
  const sixteen = Array.from({ length: 16 }, (_, index) => {
    const phase = (['Complete', 'Failed', 'Error', 'Cancelled'] as const)[index % 4];
    const one = build(index + 1, phase);
    one.metadata.creationTimestamp = `2026-11-21T09:00:${String(index).padStart(2, '0')}Z`;
    return one;
  });

  test('#142 of 16 with limits 2 and 3 the newest 5 stay', () => {
    const limits = { successfulBuildsHistoryLimit: 2, failedBuildsHistoryLimit: 3 };

    expect(kept(limits, sixteen)).toEqual(['bc-9', 'bc-13', 'bc-14', 'bc-15', 'bc-16']);
  });

  test('are kept by fives when nothing is said, all of them with null, none with 0', () => {
    expect(kept({}, sixteen)).toHaveLength(4 + 5);
    expect(kept({ successfulBuildsHistoryLimit: null, failedBuildsHistoryLimit: null }, sixteen)).toHaveLength(16);
    expect(kept({ successfulBuildsHistoryLimit: 0, failedBuildsHistoryLimit: 0 }, sixteen)).toEqual([]);
  });

  test('are never those that are not finished', () => {
    const limits = { successfulBuildsHistoryLimit: 0, failedBuildsHistoryLimit: 0 };

    expect(kept(limits, [build(1, 'New'), build(2, 'Pending'), build(3, 'Running')])).toHaveLength(3);
  });
});

describe('#144 tags that moved', () => {
  const tag = (name: string) => ({ kind: 'ImageStreamTag', name });
  const trigger = (name: string, more: object = {}) => ({
    type: 'ImageChange',
    imageChange: { from: tag(name), ...more },
  });
  const resolve = imageResolver(new Map([['shop/base', stream('base', { a: digest('a'), b: digest('b') })]]));
  const a = `registry.example.com/base@${digest('a')}`;
  const request = (spec: object, status = {}) =>
    imageChangeRequest(normalizeBuildConfig(config(spec, { status })), resolve);

  test('lead to one Build with a cause for each', () => {
    expect(request({ triggers: [trigger('base:a'), trigger('base:b')] })).toMatchObject({
      metadata: { name: 'bc' },
      triggeredByImage: { kind: 'DockerImage', name: a },
      from: { kind: 'ImageStreamTag', namespace: 'shop', name: 'base:a' },
      triggeredBy: [
        { message: 'Image change', imageChangeBuild: { imageID: a, fromRef: { namespace: 'shop', name: 'base:a' } } },
        { message: 'Image change', imageChangeBuild: { fromRef: { name: 'base:b' } } },
      ],
    });
  });

  test('#144 a paused trigger is skipped', () => {
    expect(request({ triggers: [trigger('base:a', { paused: true })] })).toBeUndefined();
  });

  test('#144 one of two that does not resolve does not hold up the other', () => {
    expect(request({ triggers: [trigger('gone:a'), trigger('base:a')] })?.triggeredByImage?.name).toBe(a);
  });

  test('#144 two triggers for one tag lead to one cause', () => {
    const strategy = { dockerStrategy: { from: tag('base:a') } };

    expect(request({ strategy, triggers: [{ type: 'ImageChange' }, trigger('base:a')] })?.triggeredBy).toHaveLength(1);
  });

  test('lead to nothing when the status or the old field of the spec has them', () => {
    const status = { imageChangeTriggers: [{ from: { namespace: 'shop', name: 'base:a' }, lastTriggeredImageID: a }] };

    expect(request({ triggers: [trigger('base:a')] }, status)).toBeUndefined();
    expect(request({ triggers: [trigger('base:a', { lastTriggeredImageID: a })] })).toBeUndefined();
  });
});

describe('#139 where the image goes', () => {
  const to = { to: { kind: 'ImageStreamTag', name: 'isname:latest' } };
  const withRepository = { ...stream('isname', {}), status: { dockerImageRepository: 'namespace/image-name' } };

  test('#139 the repository of the stream, with the tag', () => {
    expect(outputReference(to, 'shop', withRepository)).toEqual({
      kind: 'reference',
      reference: 'namespace/image-name:latest',
    });
  });

  test.each([
    ['#139 a stream that is missing', null, 'no-stream'],
    ['a stream without repository', stream('isname', {}), 'no-repository'],
  ])('%s', (_, found, because) => {
    expect(outputReference(to, 'shop', found)).toMatchObject({ kind: 'unresolved', because });
  });

  test('a DockerImage as it is, and nowhere without an output', () => {
    expect(outputReference({ to: { kind: 'DockerImage', name: 'a/b:c' } }, 'shop', null)).toEqual({
      kind: 'reference',
      reference: 'a/b:c',
    });
    expect(outputReference({}, 'shop', null)).toEqual({ kind: 'none' });
  });
});

describe('the column FROM', () => {
  const commit = '9bdc3a26ff933b32f3e558636b58aea86a69f051';
  const git = { uri: 'https://a/b' };
  const strategy = { dockerStrategy: {} };
  test.each([
    ['git', { source: { git } }, 'Git'],
    ['git with a branch', { source: { git: { ...git, ref: 'main' } } }, 'Git@main'],
    ['git with a commit', { source: { git: { ...git, ref: 'main' } }, revision: { git: { commit } } }, 'Git@9bdc3a2'],
    ['git and a Dockerfile', { source: { git, dockerfile: 'FROM a' } }, 'Dockerfile,Git'],
    ['a Dockerfile', { source: { dockerfile: 'FROM a' } }, 'Dockerfile'],
    ['a binary source', { source: { binary: {} } }, 'Binary'],
    [
      'a long branch',
      { source: { git: { ...git, ref: 'feature/a-rather-long-branch' } } },
      'Git@feature/a-rather-long-branch',
    ],
  ])('%s', (_, spec, expected) => {
    expect(sourceSummary({ strategy, ...spec })).toBe(expected);
  });
});

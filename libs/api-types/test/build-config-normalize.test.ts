import { type BuildConfig, normalizeBuildConfig } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { buildConfig } from './build-config-fixture.ts';

const normal = (spec: object) => normalizeBuildConfig(buildConfig(spec)).spec;
const tag = { kind: 'ImageStreamTag', name: 'base:latest' };

describe('the defaults of a BuildConfig', () => {
  test('#127 five finished builds of each class are kept when nothing is said, all of them with null', () => {
    expect(normal({})).toMatchObject({ successfulBuildsHistoryLimit: 5, failedBuildsHistoryLimit: 5 });
    expect(normal({ successfulBuildsHistoryLimit: null, failedBuildsHistoryLimit: 3 })).toMatchObject({
      successfulBuildsHistoryLimit: null,
      failedBuildsHistoryLimit: 3,
    });
  });

  test('are a serial policy, the account builder, and no triggers', () => {
    expect(normal({ triggers: null })).toMatchObject({ runPolicy: 'Serial', serviceAccount: 'builder', triggers: [] });
  });

  test('#127 triggers of unknown types are left out, old spellings are understood', () => {
    const { triggers } = normal({
      triggers: [
        { type: 'Phone' },
        { type: 'github', github: { secret: 'a' } },
        { type: 'generic', generic: { secret: 'b' } },
        { type: 'ConfigChange' },
      ],
    });

    expect(triggers.map(({ type, index }) => `${index} ${type}`)).toEqual(['1 GitHub', '2 Generic', '3 ConfigChange']);
  });

  test('the secret of a webhook trigger is a text or the name of a Secret', () => {
    const { triggers } = normal({
      triggers: [
        { type: 'Generic', generic: { secretReference: { name: 'hook' }, allowEnv: true } },
        { type: 'GitLab' },
      ],
    });

    expect(triggers).toEqual([
      { type: 'Generic', index: 0, hasBody: true, secret: '', secretName: 'hook', hasReference: true, allowEnv: true },
      { type: 'GitLab', index: 1, hasBody: false, secret: '', secretName: '', hasReference: false, allowEnv: false },
    ]);
  });

  test("an image trigger follows the strategy's image in the namespace of the BuildConfig", () => {
    const strategy = { dockerStrategy: { from: tag } };

    expect(normal({ strategy, triggers: [{ type: 'imageChange' }] }).triggers).toEqual([
      {
        type: 'ImageChange',
        index: 0,
        from: { ...tag, namespace: 'shop' },
        hasOwnFrom: false,
        paused: false,
        lastTriggeredImageID: '',
      },
    ]);
  });

  test("an image trigger without tag is left out when the strategy's image is none of a stream", () => {
    const strategy = { dockerStrategy: { from: { kind: 'DockerImage', name: 'a' } } };

    expect(normal({ strategy, triggers: [{ type: 'ImageChange' }] }).triggers).toEqual([]);
  });

  test.each([
    ['type Docker alone is an empty strategy', { type: 'Docker' }, { type: 'Docker', dockerStrategy: {} }],
    [
      'the type follows from the strategy that is there',
      { type: 'Docker', sourceStrategy: { from: tag } },
      { type: 'Source', sourceStrategy: { from: tag } },
    ],
    [
      'no kind means a tag',
      { sourceStrategy: { from: { name: 'a:b' } } },
      { type: 'Source', sourceStrategy: { from: { kind: 'ImageStreamTag', name: 'a:b' } } },
    ],
    [
      'an ImageStream means its tag latest',
      { customStrategy: { from: { kind: 'ImageStream', name: 'a' } } },
      { type: 'Custom', customStrategy: { from: { kind: 'ImageStreamTag', name: 'a:latest' } } },
    ],
    ['no strategy has no type', {}, { type: '' }],
  ])('%s', (_, strategy, expected) => {
    expect(normal({ strategy }).strategy).toEqual(expected);
  });

  test.each([
    ['Git', { git: { uri: 'https://a/b' }, dockerfile: 'FROM a' }],
    ['Binary', { type: 'Binary' }],
    ['Dockerfile', { dockerfile: '' }],
    ['Image', { images: [{ from: tag }] }],
    ['None', {}],
  ])('the type of a source is %s', (type, source) => {
    expect(normal({ source }).source?.type).toBe(type);
  });

  test('an output without kind is a tag', () => {
    expect(normal({ output: { to: { name: 'a:b' } } }).output?.to).toEqual({ kind: 'ImageStreamTag', name: 'a:b' });
  });

  test('the stored object is not touched', () => {
    const stored: BuildConfig = Object.freeze(buildConfig({ strategy: Object.freeze({ type: 'Docker' }) }));

    expect(normalizeBuildConfig(stored).spec.strategy).toEqual({ type: 'Docker', dockerStrategy: {} });
    expect(stored.spec.strategy).toEqual({ type: 'Docker' });
  });
});

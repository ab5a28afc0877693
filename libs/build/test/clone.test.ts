import type { Build } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { clone } from '../src/index.ts';
import { build, config } from './fixture.ts';

const original: Build = {
  ...build(3, 'Failed'),
  spec: {
    source: { type: 'Git', git: { uri: 'https://a/b' }, binary: {} },
    strategy: {
      type: 'Docker',
      dockerStrategy: { from: { kind: 'DockerImage', name: 'a@b' }, env: [{ name: 'A', value: '1' }] },
    },
    revision: { type: 'Git', git: { commit: 'c' } },
    triggeredBy: [{ message: 'GitHub WebHook' }],
  },
};
original.metadata.annotations = {
  ...original.metadata.annotations,
  'openshift.io/build.pod-name': 'bc-3-build',
  'openshift.io/jenkins-build-uri': 'https://jenkins',
  'build.tagstream.io/runner': 'builder/1',
  'build.tagstream.io/request-id': 'r',
  note: 'kept',
};
original.metadata.labels = { ...original.metadata.labels, 'build.tagstream.io/request-id': 'hash' };
const context = { nowNs: 1_426_794_070_123_456_789n };

describe('the repetition of a Build', () => {
  test('#126 has the next number of the BuildConfig', () => {
    const bc = config({}, { status: { lastVersion: 5 }, metadata: { name: 'buildConfigName' } });

    expect(clone(original, bc, { metadata: { name: 'bc-3' } }, context).metadata).toMatchObject({
      name: 'buildConfigName-6',
      annotations: { 'openshift.io/build.number': '6', 'openshift.io/build.clone-of': 'bc-3' },
    });
  });

  test('without BuildConfig has the time in its name and no number', () => {
    const { metadata } = clone(original, undefined, { metadata: { name: 'bc-3' } }, context);

    expect(metadata.name).toBe('bc-3-0123456789');
    expect(metadata.annotations).not.toHaveProperty('openshift.io/build.number');
  });

  test('builds the same with the same images, but no binary source', () => {
    const { spec, status } = clone(original, config(), { metadata: { name: 'bc-3' } }, context);

    expect(spec).toEqual({
      source: { type: 'Git', git: { uri: 'https://a/b' } },
      strategy: original.spec.strategy,
      revision: original.spec.revision,
      triggeredBy: [{ message: 'Manually triggered' }],
    });
    expect(status).toBeUndefined();
  });

  test('keeps labels and annotations that do not belong to the run', () => {
    const { labels, annotations } = clone(original, config(), { metadata: { name: 'bc-3' } }, context).metadata;

    expect(annotations).toEqual({
      note: 'kept',
      'openshift.io/build-config.name': 'bc',
      'openshift.io/build.clone-of': 'bc-3',
      'openshift.io/build.number': '1',
    });
    expect(labels).not.toHaveProperty('build.tagstream.io/request-id');
  });

  test('takes environment and build arguments of the request', () => {
    const { spec } = clone(
      original,
      config(),
      {
        metadata: { name: 'bc-3' },
        env: [{ name: 'A', value: '2' }],
        dockerStrategyOptions: { buildArgs: [{ name: 'B', value: '3' }] },
      },
      context,
    );

    expect(spec.strategy.dockerStrategy).toMatchObject({
      env: [{ name: 'A', value: '2' }],
      buildArgs: [{ name: 'B', value: '3' }],
    });
  });

  test('#120 is refused while the BuildConfig is paused', () => {
    const paused = config(
      {},
      { metadata: { name: 'bc', annotations: { 'openshift.io/build-config.paused': 'true' } } },
    );

    expect(() => clone(original, paused, { metadata: { name: 'bc-3' } }, context)).toThrow('BuildConfig is paused');
  });
});

import { validateBuildConfig } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { buildConfig } from './build-config-fixture.ts';
import { buildProblems } from './build-problems.ts';

const problems = (spec: object) => validateBuildConfig(buildConfig(spec)).map((p) => `${p.field}: ${p.message}`);

describe('a BuildConfig is reported as wrong for', () => {
  test.each(buildProblems)('%s', (_, spec, expected) => {
    const found = problems(spec);

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });
});

describe('a BuildConfig is fine with', () => {
  test.each([
    ['git over ssh as scp writes it', { source: { git: { uri: 'git@github.com:shop/web.git' } } }],
    ['a repository on the machine that builds', { source: { git: { uri: 'file:///srv/git/web.git' } } }],
    [
      'git and binary of a Custom strategy',
      { source: { git: { uri: 'https://a/b' }, binary: {} }, strategy: { customStrategy: { from: { name: 'a:b' } } } },
    ],
    ['no source for a Source strategy', { source: null, strategy: { sourceStrategy: { from: { name: 'a:b' } } } }],
    ['type Docker alone', { strategy: { type: 'Docker' } }],
    ['type Binary alone', { source: { type: 'Binary' } }],
    [
      'a context directory that only looks as if it left the source',
      { source: { git: { uri: 'https://a/b' }, contextDir: 'a/../b' } },
    ],
    ['a trigger of an unknown type', { triggers: [{ type: 'Phone' }] }],
    ['an image trigger without tag when the strategy has none', { triggers: [{ type: 'ImageChange' }] }],
    [
      'a paused image trigger',
      {
        triggers: [
          { type: 'ImageChange', imageChange: { from: { kind: 'ImageStreamTag', name: 'a:b' }, paused: true } },
        ],
      },
    ],
  ])('%s', (_, spec) => {
    expect(problems(spec)).toEqual([]);
  });
});

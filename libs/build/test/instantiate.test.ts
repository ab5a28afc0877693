import type { Build } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { config, digest, NOW } from './fixture.ts';
import { A, base, env, make, strategies } from './make-build.ts';

const strategyOf = (made: Build) => {
  const { dockerStrategy, sourceStrategy, customStrategy, jenkinsPipelineStrategy } = made.spec.strategy;
  return dockerStrategy ?? sourceStrategy ?? customStrategy ?? jenkinsPipelineStrategy;
};

describe('the Build of a BuildConfig', () => {
  test('#118 has the next number in its name', () => {
    const made = make(config());

    expect(made.metadata.name).toBe('bc-1');
    expect(made.metadata.annotations).toMatchObject({ 'openshift.io/build.number': '1' });
    expect(make(config({}, { status: { lastVersion: 41 } })).metadata.name).toBe('bc-42');
  });

  test('carries the labels of its BuildConfig, its own marks, and its owner', () => {
    const bc = config(
      { runPolicy: 'Parallel' },
      { metadata: { name: 'bc', labels: { app: 'web' }, annotations: { a: 'b' } } },
    );

    expect(make({ ...bc, metadata: { ...bc.metadata, namespace: 'shop', uid: 'u' } }).metadata).toEqual({
      name: 'bc-1',
      namespace: 'shop',
      labels: {
        app: 'web',
        buildconfig: 'bc',
        'openshift.io/build-config.name': 'bc',
        'openshift.io/build.start-policy': 'Parallel',
      },
      annotations: { 'openshift.io/build.number': '1', 'openshift.io/build-config.name': 'bc' },
      ownerReferences: [
        { apiVersion: 'build.openshift.io/v1', kind: 'BuildConfig', name: 'bc', uid: 'u', controller: true },
      ],
    });
  });

  test('#122 takes labels and annotations of the request that are not taken yet', () => {
    const bc = config({}, { metadata: { name: 'bc', labels: { app: 'web' } } });
    const { labels, annotations } = make(bc, {
      metadata: {
        name: 'bc',
        labels: { l_1: 'v_1', app: 'other', buildconfig: 'other' },
        annotations: { a_1: 'v_1', 'openshift.io/build.number': '9' },
      },
    }).metadata;

    expect(labels).toMatchObject({ l_1: 'v_1', app: 'web', buildconfig: 'bc' });
    expect(annotations).toMatchObject({ a_1: 'v_1', 'openshift.io/build.number': '1' });
  });

  test('copies what is built and how, but no revision', () => {
    const { spec } = make(
      config({
        output: { to: { kind: 'ImageStream', name: 'web' }, pushSecret: { name: 'push' } },
        revision: { git: { commit: 'old' } },
        postCommit: { script: 'true' },
        nodeSelector: { disk: 'ssd' },
        completionDeadlineSeconds: 60,
        triggers: [{ type: 'ConfigChange' }],
      }),
      { revision: { git: { commit: 'new' } } },
    );

    expect(spec).toEqual({
      serviceAccount: 'builder',
      source: { type: 'Git', git: { uri: 'https://git.example.com/shop/web.git' } },
      strategy: { type: 'Docker', dockerStrategy: {} },
      output: { to: { kind: 'ImageStreamTag', name: 'web:latest' }, pushSecret: { name: 'push' } },
      revision: { type: 'Git', git: { commit: 'new' } },
      postCommit: { script: 'true' },
      nodeSelector: { disk: 'ssd' },
      completionDeadlineSeconds: 60,
      triggeredBy: [{ message: 'Manually triggered' }],
    });
  });

  test('names images by pull spec', () => {
    const { spec } = make(
      config({
        source: { images: [{ from: { kind: 'ImageStreamTag', name: 'base:1' }, as: ['tools'] }] },
        strategy: { dockerStrategy: { from: { kind: 'ImageStream', name: 'base' } } },
      }),
    );

    expect(spec.strategy.dockerStrategy?.from).toEqual({ kind: 'DockerImage', name: A });
    expect(spec.source?.images?.[0]?.from).toEqual({
      kind: 'DockerImage',
      name: `registry.example.com/base@${digest('b')}`,
    });
  });

  test('uses for an image source what its trigger recorded', () => {
    const triggers = [{ type: 'ImageChange', imageChange: { from: base } }];
    const { spec, metadata } = make(config({ source: { images: [{ from: base, as: ['tools'] }] }, triggers }), {
      triggeredByImage: { kind: 'DockerImage', name: 'pushed' },
      from: base,
    });

    expect(spec.source?.images?.[0]?.from.name).toBe('pushed');
    expect(JSON.parse(metadata.annotations?.['build.tagstream.io/image-triggers'] ?? '')).toEqual([
      {
        from: { namespace: 'shop', name: 'base:latest' },
        lastTriggeredImageID: 'pushed',
        lastTriggerTime: NOW.toISOString(),
      },
    ]);
  });

  test('records what the other triggers resolve to, without a time; nothing for one that does not resolve', () => {
    const other = { kind: 'ImageStreamTag', name: 'gone:latest' };
    const triggers = [base, other].map((from) => ({ type: 'ImageChange', imageChange: { from } }));

    expect(
      JSON.parse(make(config({ triggers })).metadata.annotations?.['build.tagstream.io/image-triggers'] ?? ''),
    ).toEqual([
      { from: { namespace: 'shop', name: 'base:latest' }, lastTriggeredImageID: A },
      { from: { namespace: 'shop', name: 'gone:latest' }, lastTriggeredImageID: '' },
    ]);
  });

  test('a binary request replaces git, and an inline Dockerfile that it brings itself', () => {
    const source = { git: { uri: 'https://a/b' }, dockerfile: 'FROM a' };

    expect(make(config({ source }), { binary: { asFile: 'Dockerfile' } }).spec.source).toEqual({
      type: 'Binary',
      binary: { asFile: 'Dockerfile' },
    });
    expect(make(config({ source }), { binary: {} }).spec.source).toEqual({
      type: 'Binary',
      binary: {},
      dockerfile: 'FROM a',
    });
  });

  test('a request without binary drops the binary source of the BuildConfig', () => {
    const strategy = { sourceStrategy: { from: base } };

    expect(make(config({ source: { type: 'Binary', binary: {} }, strategy })).spec.source).not.toHaveProperty('binary');
  });

  test('a Custom build is told what it starts from', () => {
    const made = make(
      config({
        strategy: { customStrategy: { from: base, env: [{ name: 'OPENSHIFT_CUSTOM_BUILD_BASE_IMAGE', value: 'x' }] } },
      }),
    );

    expect(made.spec.strategy.customStrategy?.env).toEqual([{ name: 'OPENSHIFT_CUSTOM_BUILD_BASE_IMAGE', value: A }]);
  });

  test('keeps the id of its request, any text, and a label to find it by', () => {
    const { labels, annotations } = make(config(), {}, 'delivery 1/2 ü').metadata;

    expect(annotations?.['build.tagstream.io/request-id']).toBe('delivery 1/2 ü');
    expect(labels?.['build.tagstream.io/request-id']).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe('options of a request', () => {
  test.each(Object.entries(strategies))('#123 %s: env of the request replaces that of the strategy', (_, strategy) => {
    const bc = config({ strategy });

    expect(strategyOf(make(bc, { env: [{ name: 'FOO', value: 'BAR' }] }))?.env).toContainEqual({
      name: 'FOO',
      value: 'BAR',
    });
    expect(strategyOf(make(bc, { env: [{ name: 'FOO', value: 'BAR' }] }))?.env).not.toContainEqual(env[0]);
    expect(strategyOf(make(bc))?.env).toContainEqual(env[0]);
  });

  test('#124 noCache and incremental of the BuildConfig stay when the request has none', () => {
    const docker = config({ strategy: { dockerStrategy: { noCache: true } } });
    const source = config({ strategy: { sourceStrategy: { from: base, incremental: true } } });

    expect(strategyOf(make(docker, { dockerStrategyOptions: {} }))).toMatchObject({ noCache: true });
    expect(strategyOf(make(docker, { dockerStrategyOptions: { noCache: false } }))).toMatchObject({ noCache: false });
    expect(strategyOf(make(source, { sourceStrategyOptions: {} }))).toMatchObject({ incremental: true });
    expect(strategyOf(make(source, { sourceStrategyOptions: { incremental: false } }))).toMatchObject({
      incremental: false,
    });
  });

  test('build arguments of the request win by name', () => {
    const bc = config({
      strategy: {
        dockerStrategy: {
          buildArgs: [
            { name: 'A', value: '1' },
            { name: 'B', value: '1' },
          ],
        },
      },
    });

    expect(
      make(bc, { dockerStrategyOptions: { buildArgs: [{ name: 'A', value: '2' }] } }).spec.strategy.dockerStrategy
        ?.buildArgs,
    ).toEqual([
      { name: 'B', value: '1' },
      { name: 'A', value: '2' },
    ]);
  });

  test('empty options do no harm, as stock clients always send them', () => {
    const request = { dockerStrategyOptions: {}, sourceStrategyOptions: {} };

    for (const strategy of Object.values(strategies)) expect(make(config({ strategy }), request)).toBeDefined();
  });
});

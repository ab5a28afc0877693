import type { BuildConfig, BuildRequest } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import type { BuildErrorCode } from '../src/index.ts';
import { config } from './fixture.ts';
import { A, base, make, refusal, strategies } from './make-build.ts';

const lastTriggered = { from: { namespace: 'shop', name: 'base:latest' }, lastTriggeredImageID: A };
const following = [{ type: 'ImageChange', imageChange: { from: base } }];
const missing = { kind: 'ImageStreamTag', name: 'gone:latest' };

const refused: readonly (readonly [string, BuildConfig, Partial<BuildRequest>, BuildErrorCode, number, string])[] = [
  [
    '#119 another lastVersion',
    config({}, { status: { lastVersion: 2 } }),
    { lastVersion: 1 },
    'version_mismatch',
    400,
    'the LastVersion(2) on build config shop/bc does not match the build request LastVersion(1)',
  ],
  [
    '#120 a paused BuildConfig',
    config({}, { metadata: { name: 'bc', annotations: { 'openshift.io/build-config.paused': 'TRUE' } } }),
    {},
    'paused',
    400,
    "can't instantiate from BuildConfig shop/bc: BuildConfig is paused",
  ],
  [
    '#121 a missing image stream',
    config({ strategy: { sourceStrategy: { from: missing } } }),
    {},
    'unresolved_image',
    422,
    'Error resolving ImageStreamTag gone:latest in namespace shop: imagestreams.image.openshift.io "gone" not found',
  ],
  [
    'a tag without an image',
    config({ strategy: { sourceStrategy: { from: { kind: 'ImageStreamTag', name: 'base:2' } } } }),
    {},
    'unresolved_image',
    422,
    'Error resolving ImageStreamTag base:2 in namespace shop: unable to find latest tagged image',
  ],
  [
    'a trigger of the strategy that does not resolve',
    config({ strategy: { dockerStrategy: { from: missing } }, triggers: [{ type: 'ImageChange' }] }),
    {},
    'unresolved_image',
    422,
    'Error resolving ImageStreamTag gone:latest in namespace shop',
  ],
  [
    'an image that has led to a build',
    config({ triggers: following }, { status: { imageChangeTriggers: [lastTriggered] } }),
    { triggeredByImage: { kind: 'DockerImage', name: A }, from: { kind: 'ImageStreamTag', name: 'base:latest' } },
    'already_triggered',
    500,
    `build config shop/bc has already instantiated a build for imageid ${A}`,
  ],
  [
    'Docker options for a Source build',
    config({ strategy: strategies.Source }),
    { dockerStrategyOptions: { noCache: true } },
    'wrong_strategy',
    400,
    'Cannot specify Docker build specific options on shop/bc, not a Docker build.',
  ],
  [
    'Source options for a Docker build',
    config(),
    { sourceStrategyOptions: { incremental: true } },
    'wrong_strategy',
    400,
    'Cannot specify Source build specific options on shop/bc, not a Source build.',
  ],
  [
    'a BuildConfig that is wrong',
    config({ source: { git: { uri: 'a b' } } }),
    {},
    'invalid_config',
    422,
    'BuildConfig shop/bc is invalid: spec.source.git.uri: uri is not a valid url',
  ],
];

test.each(refused)('refused: %s', (_, bc, request, code, httpStatus, message) => {
  const error = refusal(bc, request);

  expect(error).toMatchObject({ code, httpStatus });
  expect(error.message).toContain(message);
});

test('#119 the same lastVersion is fine', () => {
  expect(make(config({}, { status: { lastVersion: 2 } }), { lastVersion: 2 }).metadata.name).toBe('bc-3');
});

import type { Build, BuildConfig, BuildRequest } from '@tagstream/api-types';
import { BuildError, imageResolver, instantiate } from '../src/index.ts';
import { digest, NOW, stream } from './fixture.ts';

/** A tag that is there. */
export const base = { kind: 'ImageStreamTag', name: 'base:latest' };

/** Variables of every strategy below. */
export const env = [{ name: 'FOO', value: 'VAR' }];

/** One strategy of each type. */
export const strategies = {
  Docker: { dockerStrategy: { env } },
  Source: { sourceStrategy: { from: base, env } },
  Custom: { customStrategy: { from: base, env } },
  JenkinsPipeline: { jenkinsPipelineStrategy: { env } },
} as const;

/** What `base:latest` resolves to. */
export const A = `registry.example.com/base@${digest('a')}`;
const resolve = imageResolver(
  new Map([
    ['shop/base', stream('base', { latest: digest('a'), '1': digest('b') })],
    ['shop/gone', null],
  ]),
);

/** The Build that a BuildConfig and a request make; `shop/base` has the tags `latest` and `1`, `shop/gone` is not there. */
export const make = (bc: BuildConfig, request: Partial<BuildRequest> = {}, requestId?: string): Build =>
  instantiate(bc, { metadata: { name: 'bc' }, ...request }, { resolve, now: NOW, requestId });

/** Why none is made. */
export const refusal = (bc: BuildConfig, request: Partial<BuildRequest> = {}): BuildError => {
  try {
    make(bc, request);
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

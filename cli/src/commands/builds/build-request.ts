import type { BuildRequest, EnvVar } from '@tagstream/api-types';
import { manualCause } from '@tagstream/build';
import { InvalidArgumentError } from 'commander';

/** What a person asks of a build. */
export interface RequestOptions {
  readonly env: readonly EnvVar[];
  readonly buildArg: readonly EnvVar[];
  readonly commit?: string;
  /** False: written as `--no-cache`. */
  readonly cache: boolean;
  readonly incremental?: true;
  readonly buildLoglevel?: string;
}

/** Collects `KEY=VALUE` of a repeated option. @throws InvalidArgumentError */
export function collectVariable(text: string, before: readonly EnvVar[]): EnvVar[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be KEY=VALUE.');
  return [...before, { name: text.slice(0, at), value: text.slice(at + 1) }];
}

/** The request for a build of a BuildConfig, or for the repetition of a Build, of that name. */
export function requestFor(name: string, namespace: string, options: RequestOptions): BuildRequest {
  const { commit, cache, incremental, buildLoglevel, buildArg } = options;
  const level = buildLoglevel === undefined ? [] : [{ name: 'BUILD_LOGLEVEL', value: buildLoglevel }];
  const env = [...options.env, ...level];
  return {
    metadata: { name, namespace },
    triggeredBy: [manualCause],
    ...(env.length > 0 && { env }),
    ...(commit && { revision: { type: 'Git', git: { commit } } }),
    dockerStrategyOptions: {
      ...(buildArg.length > 0 && { buildArgs: [...buildArg] }),
      ...(!cache && { noCache: true }),
    },
    sourceStrategyOptions: { ...(incremental && { incremental }) },
  };
}

import type { Bus } from '@tagstream/bus';
import { RepositoryPoll } from '@tagstream/events';
import { type ConfigOf, field, type ServiceContext } from '@tagstream/service';
import { Type } from 'typebox';
import type { ListTags } from './list-repository.ts';
import { createRepositoryImports, type RepositoryImports } from './repository-imports.ts';
import { createRepositoryTelemetry } from './repository-telemetry.ts';

/** How repositories are imported as a whole: spread into the configuration of the service. */
export const repositoryFields = {
  maxRepositoryTags: field({
    env: 'TAGSTREAM_MAX_REPOSITORY_TAGS',
    schema: Type.Integer({ minimum: 1, maximum: 1000 }),
    default: 50,
    description: 'Tags of a repository that are imported for a stream with spec.dockerImageRepository',
  }),
} as const;

export interface RepositoryParts {
  readonly bus: Bus;
  readonly listTags: ListTags;
  /** Name of this replica among the members. */
  readonly self: string;
  readonly pause: (registry: string, ms: number) => void;
}

/** How long one publication is tried before the repository is listed again. */
const PUBLISH_TIMEOUT_MS = 10_000;

/** Starts the part of the service that lists repositories. */
export function startRepositories(
  context: Pick<
    ServiceContext<ConfigOf<typeof repositoryFields>>,
    'config' | 'log' | 'clock' | 'signal' | 'metrics' | 'defer'
  >,
  { bus, listTags, self, pause }: RepositoryParts,
): RepositoryImports {
  const { config, log, clock, signal, metrics, defer } = context;
  return defer(
    createRepositoryImports({
      listTags,
      publish: (poll) => bus.publish(RepositoryPoll, poll, { signal, timeoutMs: PUBLISH_TIMEOUT_MS }),
      clock,
      random: Math.random,
      maxTags: config.maxRepositoryTags,
      self,
      pause,
      telemetry: createRepositoryTelemetry(metrics, log),
    }),
  );
}

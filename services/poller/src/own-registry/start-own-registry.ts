import type { ImageStream } from '@tagstream/api-types';
import type { KubeClient } from '@tagstream/kube';
import type { ConfigOf, ServiceContext } from '@tagstream/service';
import type { PollLoop } from '../poll-loop.ts';
import type { RegistryAccess } from '../registry-access/start-access.ts';
import { createStreams } from './create-stream.ts';
import { healCreations } from './heal-creations.ts';
import { healRepositories } from './heal-repositories.ts';
import { namespacePermission } from './namespace-permission.ts';
import { type ownRegistryFields, ownRegistryOf } from './own-registry.ts';
import { type OwnStream, viewOwnStream } from './own-stream.ts';
import { createOwnRegistryTelemetry } from './telemetry.ts';
import { createVisits } from './visits.ts';
import { type OwnPushes, ownPushes } from './watch-pushes.ts';

/** The part of the service that is about the cluster's own registry. */
export interface OwnRegistryParts {
  /** What is kept of a stream. */
  readonly view: (stream: ImageStream) => OwnStream;
  /** Takes in what a stream is now and was before. */
  readonly update: (now: OwnStream | undefined, before: OwnStream | undefined) => void;
  readonly setMembers: (members: readonly string[]) => void;
  /** For the handler of hints. */
  readonly pushes: OwnPushes;
}

type Context = Pick<
  ServiceContext<
    ConfigOf<typeof ownRegistryFields> & {
      readonly ownRegistry?: string | undefined;
      readonly namespace?: string | undefined;
    }
  >,
  'config' | 'log' | 'clock' | 'metrics' | 'defer'
>;

export interface OwnRegistryOptions {
  readonly kube: Pick<KubeClient, 'get' | 'create'>;
  readonly access: Pick<RegistryAccess, 'headTag' | 'listRepositories' | 'listTags' | 'track'>;
  readonly loop: Pick<PollLoop, 'look' | 'pauseEverywhere' | 'update'>;
  /** Name of this replica among the members. */
  readonly self: string;
  readonly intervalMs: number;
  /** Least interval for a registry. */
  readonly floorOf: (registry: string) => number;
}

/** Starts it; undefined where no registry is configured. */
export function startOwnRegistry(context: Context, options: OwnRegistryOptions): OwnRegistryParts | undefined {
  const { config, clock, defer } = context;
  const registry = ownRegistryOf(config);
  if (registry === undefined) return undefined;
  const { kube, access, loop, self, intervalMs, floorOf } = options;
  const telemetry = createOwnRegistryTelemetry(context.metrics, context.log);
  const visits = createVisits(registry, access.track(loop.update));
  const permission = namespacePermission(kube, { mode: config.createStreams, clock });
  const createStream = createStreams({ kube, permission, head: access.headTag, registry });
  const shared = { registry, visits, clock, random: Math.random, self };
  const atLeast = (ms: number) => Math.max(floorOf(registry.host), ms);
  const repositories = defer(
    healRepositories({
      ...shared,
      listTags: access.listTags,
      look: loop.look,
      intervalOf: (stream) => atLeast(stream.intervalMs ?? intervalMs),
      pause: loop.pauseEverywhere,
      listed: telemetry.listed,
      failed: telemetry.repositoryFailed,
    }),
  );
  const isCreating = config.registryCatalog && config.createStreams !== 'none';
  const creations = isCreating
    ? defer(
        healCreations({
          ...shared,
          listRepositories: ({ host }, call) => access.listRepositories(host, call),
          listTags: access.listTags,
          permission,
          createStream,
          intervalMs: atLeast(intervalMs),
          namespace: config.namespace,
          told: telemetry.told,
          unseen: telemetry.unseen,
          failed: telemetry.catalogFailed,
        }),
      )
    : undefined;
  return {
    view: (stream) => viewOwnStream(stream, registry),
    update(now, before) {
      visits.update(now, before);
      repositories.update(now, before);
    },
    setMembers(members) {
      repositories.setMembers(members);
      creations?.setMembers(members);
    },
    pushes: ownPushes({ registry, visits, createStream, namespace: config.namespace, told: telemetry.told }),
  };
}

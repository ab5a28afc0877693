import { rendezvous } from '@tagstream/bus';
import { nextTurn, turnOffset } from '@tagstream/events';
import { repositoryKey } from '@tagstream/image-ref';
import { RegistryError } from '@tagstream/registry';
import { type Clock, keyedQueue, type RunResult } from '@tagstream/service';
import type { ListTags } from '../repositories/list-repository.ts';
import type { CreateStream, Creation } from './create-stream.ts';
import type { NamespacePermission } from './namespace-permission.ts';
import { isStreamTag, type OwnRegistry, ownReference, placeOf, type StreamPlace } from './own-registry.ts';
import type { Visits } from './visits.ts';

export interface HealCreationsDeps {
  readonly registry: OwnRegistry;
  readonly visits: Pick<Visits, 'streamOf'>;
  /** The repositories of the registry. */
  readonly listRepositories: (
    registry: OwnRegistry,
    options: { readonly insecure: boolean; readonly signal: AbortSignal },
  ) => AsyncIterable<string>;
  readonly listTags: ListTags;
  readonly permission: (namespace: string) => Promise<NamespacePermission>;
  readonly createStream: CreateStream;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Name of this replica among the members. */
  readonly self: string;
  /** Only this namespace is looked after; all when undefined. */
  readonly namespace: string | undefined;
  readonly told: (place: StreamPlace, tag: string, creation: Creation) => void;
  /** The registry has no catalog, or does not show it. */
  readonly unseen: (error: RegistryError) => void;
  readonly failed: (error: unknown, retryInMs: number) => void;
}

/** Finds repositories without a stream in namespaces where a push creates one. */
export interface HealCreations extends AsyncDisposable {
  /** Takes in who is there; one of them looks. */
  setMembers(members: readonly string[]): void;
}

/** Repositories read of a catalog: names of 255 characters at most, one in memory at a time. */
const MAX_REPOSITORIES = 100_000;

/** Streams created in a turn: a registry full of repositories fills a cluster at a pace that somebody can notice. */
const MAX_CREATED = 100;

const RETRY = { minMs: 1_000, maxMs: 60_000, factor: 2 };

const KEY = 'catalog';

/**
 * Goes through the list of all repositories once in an interval and creates the streams whose announcement was lost. Not every
 * registry has such a list; there, announced pushes are all that creates streams.
 */
export function healCreations(deps: HealCreationsDeps): HealCreations {
  const { registry, visits, clock, self, intervalMs } = deps;
  const place = repositoryKey(ownReference(registry, { namespace: '', stream: '_catalog' }, ''));
  let owner: string | undefined;
  let dueAtMs = Number.POSITIVE_INFINITY;

  const queue = keyedQueue({
    concurrency: 1,
    retry: RETRY,
    clock,
    random: deps.random,
    run,
    onError: ({ error, retryInMs }) => deps.failed(error, retryInMs),
  });

  async function run(_key: string, signal: AbortSignal): Promise<RunResult | undefined> {
    if (owner !== self) return undefined;
    if (clock.now() >= dueAtMs) {
      try {
        await walk(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RegistryError)) throw error;
        deps.unseen(error);
      }
      dueAtMs = turnAfter(clock.now());
    }
    return { againAfterMs: Math.max(0, dueAtMs - clock.now()) };
  }

  const turnAfter = (afterMs: number): number => nextTurn(turnOffset(place), intervalMs, afterMs);

  async function walk(signal: AbortSignal): Promise<void> {
    let read = 0;
    let created = 0;
    for await (const repository of deps.listRepositories(registry, { insecure: registry.insecure, signal })) {
      read += 1;
      if (read > MAX_REPOSITORIES || created === MAX_CREATED) return;
      if (await createFor(repository, signal)) created += 1;
    }
  }

  async function createFor(repository: string, signal: AbortSignal): Promise<boolean> {
    const at = placeOf(repository);
    if (at === undefined || visits.streamOf(at) !== undefined) return false;
    if (deps.namespace !== undefined && at.namespace !== deps.namespace) return false;
    if ((await deps.permission(at.namespace)) !== 'allowed') return false;
    const tag = await firstTag(at, signal);
    if (tag === undefined) return false;
    const creation = await deps.createStream(at, tag, signal);
    deps.told(at, tag, creation);
    return creation.kind === 'created';
  }

  /** A repository can be in the catalog without a tag, or be gone by now. */
  async function firstTag(at: StreamPlace, signal: AbortSignal): Promise<string | undefined> {
    const options = { insecure: registry.insecure, signal };
    try {
      for await (const tag of deps.listTags(at.namespace, ownReference(registry, at, ''), options)) {
        if (isStreamTag(tag)) return tag;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RegistryError)) throw error;
    }
    return undefined;
  }

  return {
    setMembers(members) {
      const before = owner;
      owner = rendezvous(members)(place);
      if (owner !== self || before === self) return;
      dueAtMs = turnAfter(clock.now());
      queue.addAfter(KEY, Math.max(0, dueAtMs - clock.now()));
    },
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
}

import { rendezvous } from '@tagstream/bus';
import { nextTurn, turnOffset } from '@tagstream/events';
import { type ImageReference, registryKey, repositoryKey } from '@tagstream/image-ref';
import { orderTags } from '@tagstream/image-stream';
import { RegistryError } from '@tagstream/registry';
import { type Clock, keyedQueue, type RunResult } from '@tagstream/service';
import { forEachBounded } from '../for-each-bounded.ts';
import type { Look, LookResult } from '../look.ts';
import type { ListTags } from '../repositories/list-repository.ts';
import { isStreamTag, type OwnRegistry, ownReference } from './own-registry.ts';
import { isHealed, type OwnStream } from './own-stream.ts';
import { placeKey, type Visits } from './visits.ts';

/** What listing the repository of a stream came to. */
export type Listing =
  | { readonly kind: 'tags'; readonly looked: number; readonly left: number }
  /** The stream has no repository there, which is usual. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'error'; readonly error: RegistryError };

export interface HealRepositoriesDeps {
  readonly registry: OwnRegistry;
  readonly visits: Pick<Visits, 'visit' | 'streamOf' | 'streams'>;
  readonly listTags: ListTags;
  readonly look: (canonical: string, look: Look, signal: AbortSignal) => Promise<readonly LookResult[]>;
  /** Interval of a stream, as it or the configuration says. */
  readonly intervalOf: (stream: OwnStream) => number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Name of this replica among the members. */
  readonly self: string;
  /** A registry asked to be left alone for so long. */
  readonly pause: (registry: string, ms: number) => void;
  readonly listed: (stream: OwnStream, listing: Listing) => void;
  readonly failed: (stream: string, error: unknown, retryInMs: number) => void;
}

/** Looks at the repositories of streams in the own registry, for pushes that nobody announced. */
export interface HealRepositories extends AsyncDisposable {
  /** Takes in that a stream changed; to be called after {@link Visits} know of it. */
  update(now: OwnStream | undefined, before: OwnStream | undefined): void;
  /** Takes in who is there; before, nothing is looked at. */
  setMembers(members: readonly string[]): void;
}

/** Repositories looked at at the same time, and tags of each; the poll loop bounds what the registry is asked on top of it. */
const CONCURRENCY = 4;
const TAGS_AT_ONCE = 8;

/** Names looked at of a repository: at 128 characters each these are 13 MB. */
const MAX_LISTED_TAGS = 100_000;

/** Tags looked at of a repository in a turn. A stream with the history of more comes close to the limit of etcd; pushes count all the same. */
const MAX_HEALED_TAGS = 1_000;

/** Waits after an answer could not be published. */
const RETRY = { minMs: 500, maxMs: 30_000, factor: 2 };

/** Pause after a 429 that does not say how long. */
const DEFAULT_PAUSE_MS = 60_000;

/**
 * Lists the repository of each stream once in its interval and looks at its tags; at once when a stream is new or asks for a check.
 * A listing that fails waits for the next turn: the usual way of pushes is their announcement.
 */
export function healRepositories(deps: HealRepositoriesDeps): HealRepositories {
  const { registry, visits, clock, self } = deps;
  const dueAt = new Map<string, number>();
  let ownerOf = rendezvous([]);
  let hasMembers = false;
  const repositoryOf = (stream: OwnStream): string => repositoryKey(ownReference(registry, stream, ''));
  const isMine = (stream: OwnStream): boolean => ownerOf(repositoryOf(stream)) === self;

  const queue = keyedQueue({
    concurrency: CONCURRENCY,
    retry: RETRY,
    clock,
    random: deps.random,
    run,
    onError: ({ key, error, retryInMs }) => deps.failed(key, error, retryInMs),
  });

  function turnAfter(stream: OwnStream, afterMs: number): number {
    return nextTurn(turnOffset(repositoryOf(stream)), deps.intervalOf(stream), afterMs);
  }

  async function run(key: string, signal: AbortSignal): Promise<RunResult | undefined> {
    const [namespace = '', name = ''] = key.split('/');
    const stream = visits.streamOf({ namespace, stream: name });
    const due = dueAt.get(key);
    if (stream === undefined || due === undefined || !isMine(stream)) return undefined;
    if (due <= clock.now()) {
      const listing = await lookAtAll(stream, signal);
      deps.listed(stream, listing);
      if (listing.kind === 'error' && listing.error.code === 'rate_limited')
        deps.pause(registryKey(registry.host), listing.error.retryAfterMs ?? DEFAULT_PAUSE_MS);
      // A stream that asked for a check meanwhile is due again.
      if (dueAt.get(key) === due) dueAt.set(key, turnAfter(stream, clock.now()));
    }
    return { againAfterMs: Math.max(0, (dueAt.get(key) ?? due) - clock.now()) };
  }

  async function lookAtAll(stream: OwnStream, signal: AbortSignal): Promise<Listing> {
    let names: readonly string[];
    try {
      names = await tagsOf(ownReference(registry, stream, ''), stream.namespace, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RegistryError)) throw error;
      return error.code === 'not_found' ? { kind: 'absent' } : { kind: 'error', error };
    }
    const wanted = orderTags(names).filter((tag) => isHealed(stream, tag));
    const tags = wanted.slice(0, MAX_HEALED_TAGS);
    await forEachBounded(tags, TAGS_AT_ONCE, async (tag) => {
      using visit = visits.visit(stream, tag);
      if (visit !== undefined) await deps.look(visit.canonical, { cause: 'schedule' }, signal);
    });
    return { kind: 'tags', looked: tags.length, left: wanted.length - tags.length };
  }

  async function tagsOf(repository: ImageReference, namespace: string, signal: AbortSignal): Promise<string[]> {
    const names: string[] = [];
    let listed = 0;
    for await (const tag of deps.listTags(namespace, repository, { insecure: registry.insecure, signal })) {
      listed += 1;
      if (listed > MAX_LISTED_TAGS) break;
      if (isStreamTag(tag)) names.push(tag);
    }
    return names;
  }

  function schedule(stream: OwnStream, dueAtMs: number): void {
    const key = placeKey(stream);
    dueAt.set(key, dueAtMs);
    queue.addAfter(key, Math.max(0, dueAtMs - clock.now()));
  }

  return {
    update(now, before) {
      if (now === undefined) {
        if (before !== undefined) dueAt.delete(placeKey(before));
        return;
      }
      const isNew = before === undefined || before.uid !== now.uid;
      // Those that were there before this process are looked at in their turn, so that a restart is no rush.
      if (hasMembers && (isNew || before.request !== now.request)) schedule(now, clock.now());
      else if (hasMembers && before !== undefined && before.intervalMs !== now.intervalMs)
        schedule(now, turnAfter(now, clock.now()));
    },
    setMembers(members) {
      const ownedBefore = ownerOf;
      ownerOf = rendezvous(members);
      hasMembers = members.length > 0;
      for (const stream of visits.streams()) {
        if (isMine(stream) && ownedBefore(repositoryOf(stream)) !== self)
          schedule(stream, turnAfter(stream, clock.now()));
      }
    },
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };
}

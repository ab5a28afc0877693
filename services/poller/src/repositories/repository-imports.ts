import { rendezvous } from '@tagstream/bus';
import type { EventData, RepositoryPoll } from '@tagstream/events';
import { backoffMs, type Clock, keyedQueue, type RunResult } from '@tagstream/service';
import { CONFIRM_WITHIN_MS, MAX_RETRIES, RETRY } from '../memory.ts';
import { type ListedRepository, type ListTags, listRepository } from './list-repository.ts';
import type { RepositoryView } from './repository-view.ts';

type Poll = EventData<typeof RepositoryPoll>;

/** The facts told about repositories. */
export interface RepositoryTelemetry {
  readonly listed: (view: RepositoryView, outcome: Poll['outcome']) => void;
  readonly unpublished: (view: string, error: unknown, retryInMs: number) => void;
}

export interface RepositoryImportDeps {
  readonly listTags: ListTags;
  readonly publish: (poll: Poll) => Promise<unknown>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Tags of one repository that are imported. */
  readonly maxTags: number;
  /** Name of this replica among the members. */
  readonly self: string;
  /** A registry asked to be left alone for so long. */
  readonly pause: (registry: string, ms: number) => void;
  readonly telemetry: RepositoryTelemetry;
}

/** Lists the repositories that streams import as a whole. */
export interface RepositoryImports extends AsyncDisposable {
  /** Takes in what is to be listed for a stream now and was before; undefined for nothing. */
  update(now: RepositoryView | undefined, before: RepositoryView | undefined): void;
  /** Takes in who is there; before, nothing is listed. */
  setMembers(members: readonly string[]): void;
}

/** Repositories listed at the same time. It happens once per stream and is many requests in a row. */
const CONCURRENCY = 4;

/** Waits after an answer could not be published. */
const PUBLISH_RETRY = { minMs: 500, maxMs: 30_000, factor: 2 };

/**
 * Lists each repository once when a stream begins to import it, and again when the stream asks; a failure is told, and
 * tried again with growing waits, as long as for a tag. Level-triggered: what was published and is not in the status after
 * a while is published again.
 */
export function createRepositoryImports(deps: RepositoryImportDeps): RepositoryImports {
  const { clock, self } = deps;
  const views = new Map<string, RepositoryView>();
  /** Failures in a row, by stream, of those that this process has listed; 0 for a success that the status does not show yet. */
  const failures = new Map<string, number>();
  let ownerOf = rendezvous([]);

  const queue = keyedQueue({
    concurrency: CONCURRENCY,
    retry: PUBLISH_RETRY,
    clock,
    random: deps.random,
    run,
    onError: ({ key, error, retryInMs }) => deps.telemetry.unpublished(key, error, retryInMs),
  });

  async function run(id: string, signal: AbortSignal): Promise<RunResult | undefined> {
    const view = views.get(id);
    if (view === undefined || ownerOf(view.key) !== self) return undefined;
    if (!view.pending && (view.source.kind === 'refused' || !failures.has(id))) return undefined;
    const listed = await listRepository(view, { listTags: deps.listTags, maxTags: deps.maxTags, signal });
    deps.telemetry.listed(view, listed.outcome);
    if (listed.pause) deps.pause(listed.pause.registry, listed.pause.ms);
    if (view.pending || !isShown(view, listed.outcome)) await deps.publish(pollOf(view, listed.outcome));
    return next(id, listed);
  }

  function next(id: string, { mayPass, pause }: ListedRepository): RunResult | undefined {
    const view = views.get(id);
    if (view === undefined) return undefined;
    const count = mayPass ? (failures.get(id) ?? 0) + 1 : 0;
    failures.set(id, count);
    if (count > 0 && count <= MAX_RETRIES) {
      return { againAfterMs: Math.max(pause?.ms ?? 0, backoffMs(RETRY, count, deps.random())) };
    }
    return view.pending ? { againAfterMs: CONFIRM_WITHIN_MS } : undefined;
  }

  function pollOf(view: RepositoryView, outcome: Poll['outcome']): Poll {
    const { namespace, stream, id, repository, request, basedOn } = view;
    const checkedAt = instantAfter(basedOn, clock.now());
    return { namespace, stream, streamUid: id, repository, request, basedOn, checkedAt, outcome };
  }

  return {
    update(now, before) {
      if (before !== undefined && before.id !== now?.id) forget(before.id);
      if (now === undefined) return;
      if (before?.key !== now.key || before.request !== now.request) failures.delete(now.id);
      views.set(now.id, now);
      // A success that was overtaken by an earlier failure has left no trace: list again.
      if (now.pending || failures.get(now.id) === 0) queue.add(now.id);
    },
    setMembers(members) {
      ownerOf = rendezvous(members);
      for (const { id, pending } of views.values()) if (pending) queue.add(id);
    },
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  };

  function forget(id: string): void {
    views.delete(id);
    failures.delete(id);
  }
}

/** Now, or the first millisecond after what came before: findings of one repository are told apart by their instants. */
function instantAfter(before: string | null, nowMs: number): string {
  return new Date(Math.max(nowMs, before === null ? 0 : Date.parse(before) + 1)).toISOString();
}

function isShown({ failure }: RepositoryView, outcome: Poll['outcome']): boolean {
  return outcome.kind === 'error' && failure?.reason === outcome.reason && failure.message === outcome.message;
}

import type { Bus } from '@tagstream/bus';
import { TagsLatestStream, TagUpdated } from '@tagstream/events';
import { findStatusTag, newestItem } from '@tagstream/image-stream';
import type { KubeClient } from '@tagstream/kube';
import type { Clock, RunResult } from '@tagstream/service';
import { ACK_WAIT_MS } from '../parts.ts';
import type { Telemetry } from '../telemetry.ts';
import type { HistoryPublisher } from './publish-history.ts';
import type { PublishedTags } from './published-tags.ts';
import { type StreamName, streamName } from './stream-key.ts';
import type { StreamLock } from './stream-lock.ts';
import type { StreamView } from './stream-view.ts';
import { readStream } from './write-status.ts';

export interface HealHistoryDeps {
  readonly bus: Pick<Bus, 'purgeSubject'>;
  readonly kube: Pick<KubeClient, 'get'>;
  readonly view: (stream: StreamName) => StreamView | undefined;
  readonly history: HistoryPublisher;
  readonly published: Pick<PublishedTags, 'has' | 'tags' | 'drop'>;
  readonly lock: StreamLock;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'retracted'>;
}

/**
 * How long an event may be missing before it is published as a missed one. The writer of a status publishes its events at
 * once; when it dies before that, its message goes to another replica, which knows the cause as well. Only what came
 * without a message, or lost it, is left to heal.
 */
export const HEAL_AFTER_MS = 2 * ACK_WAIT_MS;

/** A tag whose newest event is not that of its newest item, and since when. No event: the tag is gone. */
interface Difference {
  readonly eventId: string | undefined;
  readonly sinceMs: number;
}

/**
 * Makes the events of a stream agree with its status when they have disagreed for {@link HEAL_AFTER_MS}: publishes what a
 * crash between a status write and its events left out, and removes tags that are gone from the stream of newest events. To
 * be called whenever the stream changes, and now and then. Costs nothing while there is nothing to heal.
 */
export function healHistory(deps: HealHistoryDeps): (id: string) => Promise<RunResult | undefined> {
  const known = new Map<string, ReadonlyMap<string, Difference>>();
  return async (id) => {
    const name = streamName(id);
    const now = deps.clock.now();
    const differences = differencesOf(deps, name, known.get(id), now);
    if (differences.size === 0) {
      known.delete(id);
      return undefined;
    }
    known.set(id, differences);
    const dueIn = ([, { sinceMs }]: readonly [string, Difference]) => sinceMs + HEAL_AFTER_MS - now;
    const due = [...differences].filter((entry) => dueIn(entry) <= 0).map(([tag]) => tag);
    if (due.length > 0) await deps.lock(id, () => heal(deps, name, due));
    const waits = [...differences].map(dueIn).filter((ms) => ms > 0);
    return waits.length === 0 ? undefined : { againAfterMs: Math.min(...waits) };
  };
}

function differencesOf(
  { view, published }: HealHistoryDeps,
  name: StreamName,
  before: ReadonlyMap<string, Difference> | undefined,
  now: number,
): ReadonlyMap<string, Difference> {
  const newest = view(name)?.newest ?? new Map<string, string>();
  const wanted = new Map<string, string | undefined>(
    published
      .tags(name)
      .filter((tag) => !newest.has(tag))
      .map((tag) => [tag, undefined]),
  );
  for (const [tag, eventId] of newest) if (!published.has(name, tag, eventId)) wanted.set(tag, eventId);
  return new Map(
    [...wanted].map(([tag, eventId]) => {
      const known = before?.get(tag);
      return [tag, known !== undefined && known.eventId === eventId ? known : { eventId, sinceMs: now }];
    }),
  );
}

/** Decides by the stream as it is now, since what was noticed may be out of date. */
async function heal(deps: HealHistoryDeps, name: StreamName, tags: readonly string[]): Promise<void> {
  const stream = await readStream(deps.kube, name);
  const hasItem = (tag: string) => stream !== undefined && newestItem(findStatusTag(stream, tag)) !== undefined;
  for (const tag of tags.filter((candidate) => !hasItem(candidate))) await retract(deps, name, tag);
  if (stream === undefined) return;
  await deps.history.publish(stream, tags.filter(hasItem), { cause: 'resync', observedAt: deps.clock.iso() });
}

/** The history of the tag stays; it is only no longer among the tags that exist. */
async function retract({ bus, published, telemetry }: HealHistoryDeps, stream: StreamName, tag: string): Promise<void> {
  const { namespace, name } = stream;
  const subject = TagUpdated.subject({ namespace, stream: name, tag } as Parameters<typeof TagUpdated.subject>[0]);
  const removed = await bus.purgeSubject(TagsLatestStream, subject);
  published.drop(stream, tag);
  if (removed > 0) telemetry.retracted({ ...stream, tag });
}

import type { ImageStream, TagEvent } from '@tagstream/api-types';
import { type Bus, BusError } from '@tagstream/bus';
import { type EventData, TagsLatestStream, TagsStream, TagUpdated } from '@tagstream/events';
import {
  findStatusTag,
  isInHistory,
  newestItem,
  tagUpdatedData,
  type UnpublishedItem,
  unpublishedItems,
} from '@tagstream/image-stream';
import type { Telemetry } from '../telemetry.ts';
import { type ChangeContext, itemEventId, itemProblems, newestEventId } from './item-event.ts';
import type { PublishedTags } from './published-tags.ts';
import { type StreamName, streamNameOf } from './stream-key.ts';

type Update = EventData<typeof TagUpdated>;

/** Publishes the history of tags: the only place that does. */
export interface HistoryPublisher {
  /**
   * Publishes every item of the tags' histories that has no event yet, oldest first. Each event is published only while
   * the one before it is the last of its subject; when somebody else was faster, it starts over with a fresh read. So the
   * events of a tag are in order and complete, whichever replica publishes them.
   *
   * @param context what led to the newest item of each tag as the given stream has it; other items were missed by somebody
   * @throws BusError when an event could not be stored; what was published before stays, and repeating is harmless.
   */
  publish(stream: ImageStream, tags: readonly string[], context: ChangeContext): Promise<void>;
}

export interface PublishHistoryDeps {
  readonly bus: Pick<Bus, 'last' | 'publish'>;
  readonly readStream: (stream: StreamName) => Promise<ImageStream | undefined>;
  readonly published: Pick<PublishedTags, 'has' | 'note'>;
  readonly telemetry: Pick<Telemetry, 'conflicted' | 'published' | 'unpublishable'>;
}

/** Replicas that publish the same tag at once get in each other's way once or twice. */
const MAX_ROUNDS = 8;

export function createHistoryPublisher(deps: PublishHistoryDeps): HistoryPublisher {
  const { bus, published, readStream, telemetry } = deps;

  async function publishTag(stream: ImageStream, tag: string, context: ChangeContext): Promise<void> {
    const name = streamNameOf(stream);
    const caused = newestEventId(stream, tag);
    if (caused === undefined || published.has(name, tag, caused)) return;
    const causeOf = (eventId: string): ChangeContext =>
      eventId === caused ? context : { cause: 'resync', observedAt: context.observedAt };
    let current: ImageStream | undefined = stream;
    for (let round = 1; current !== undefined; round++) {
      try {
        await publishMissing(current, tag, causeOf);
        return;
      } catch (error) {
        if (!(error instanceof BusError) || error.code !== 'wrong_sequence' || round === MAX_ROUNDS) throw error;
        telemetry.conflicted('history', { ...name, tag });
        current = await readStream(name);
      }
    }
  }

  async function publishMissing(
    given: ImageStream,
    tag: string,
    causeOf: (eventId: string) => ChangeContext,
  ): Promise<void> {
    const name = streamNameOf(given);
    const { last, sequence: lastSequence } = await lastTold(name, tag);
    const found = await missingItems(given, tag, last);
    if (found === undefined) return;
    let sequence = lastSequence;
    for (const missing of found.missing) {
      const data = tagUpdatedData(found.stream, tag, missing, causeOf(itemEventId(found.stream, tag, missing.item)));
      const stored = await bus.publish(TagUpdated, data, { expectLastSequence: sequence });
      if (stored.duplicate) continue; // told a moment ago; the last message of the subject is still the same one
      sequence = stored.sequence;
      telemetry.published(data.cause, { ...name, tag, image: data.image });
    }
    const newest = newestItem(findStatusTag(found.stream, tag));
    if (newest === undefined) return;
    published.note(name, tag, itemEventId(found.stream, tag, newest));
    const problems = itemProblems(found.stream, tag, newest);
    if (problems.length > 0) telemetry.unpublishable({ ...name, tag, problems });
  }

  /** What the last event of a tag said, and the sequence that the next one is to follow. */
  async function lastTold({ namespace, name }: StreamName, tag: string) {
    const subject = { namespace, stream: name, tag } as Update; // the subject is made of these fields only
    const readLatest = () => bus.last(TagsLatestStream, TagUpdated, subject);
    const [stored, read] = await Promise.all([bus.last(TagsStream, TagUpdated, subject), readLatest()]);
    const latest = stored && !read ? await readLatest() : read; // it may have been read a moment before the other
    // What has aged out of the history is still the latest of its tag. Without a latest one the tag had been removed:
    // then its present history is told from the beginning.
    const last = latest && (stored ?? latest).event.data;
    return { last, sequence: stored?.sequence ?? 0 };
  }

  /**
   * The items to publish. A stream that does not know the last event is not believed before it was read again: it may be
   * older than the event, or gone.
   */
  async function missingItems(
    given: ImageStream,
    tag: string,
    last: Update | undefined,
  ): Promise<{ readonly stream: ImageStream; readonly missing: readonly UnpublishedItem[] } | undefined> {
    const isKnown = last === undefined || isInHistory(uidOf(given), tellableItems(given, tag), last);
    const stream = isKnown ? given : await readStream(streamNameOf(given));
    if (stream === undefined) return undefined;
    const options = { readAfterLast: !isKnown };
    return { stream, missing: unpublishedItems(uidOf(stream), tellableItems(stream, tag), last, options) };
  }

  return {
    async publish(stream, tags, context) {
      const failures: unknown[] = [];
      // A tag that cannot be published must not keep the others waiting.
      for (const tag of tags) await publishTag(stream, tag, context).catch((error) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    },
  };
}

const uidOf = (stream: ImageStream): string => stream.metadata.uid ?? '';

/** The history without items that no event can carry: a status that others have written may say anything. */
function tellableItems(stream: ImageStream, tag: string): readonly TagEvent[] {
  const items = findStatusTag(stream, tag)?.items ?? [];
  return items.filter((item) => itemProblems(stream, tag, item).length === 0);
}

import type { ImageStream } from '@tagstream/api-types';
import { type Bus, BusError } from '@tagstream/bus';
import { type EventData, TagsLatestStream, TagsStream, TagUpdated } from '@tagstream/events';
import {
  findStatusTag,
  newestItem,
  tagUpdatedData,
  type UpdateContext,
  unpublishedItems,
} from '@tagstream/image-stream';
import type { Telemetry } from '../telemetry.ts';
import { type StreamName, streamId } from './stream-key.ts';

type Update = EventData<typeof TagUpdated>;

/** What led to a change; it becomes part of the events that tell about it. */
export type ChangeContext = UpdateContext<Update['cause'], Update['hint']>;

/** Publishes the history of tags: the only place that does. */
export interface HistoryPublisher {
  /**
   * Publishes every item of the tags' histories that has no event yet, oldest first. Each event is published only while
   * the one before it is the last of its subject; when somebody else was faster, it starts over with a fresh read. So the events of
   * a tag are in order and complete, whichever replica publishes them.
   */
  publish(stream: ImageStream, tags: readonly string[], context: ChangeContext): Promise<void>;
  /** Whether the newest item of a tag is known to be published; false when this process does not know. */
  isPublished(stream: StreamName, tag: string, created: string): boolean;
  /** Forgets a stream that was deleted. */
  forget(stream: StreamName): void;
}

export interface PublishHistoryDeps {
  readonly bus: Pick<Bus, 'last' | 'publish'>;
  readonly readStream: (stream: StreamName) => Promise<ImageStream | undefined>;
  readonly telemetry: Telemetry;
}

/** Replicas that publish the same tag at once get in each other's way once or twice. */
const MAX_ROUNDS = 8;

export function createHistoryPublisher(deps: PublishHistoryDeps): HistoryPublisher {
  /** `created` of the newest published item, by stream and tag. Only saves work: what is missing here is looked up. */
  const newestPublished = new Map<string, Map<string, string>>();

  async function publishTag(stream: ImageStream, tag: string, context: ChangeContext): Promise<void> {
    const name = nameOf(stream);
    let current: ImageStream | undefined = stream;
    for (let round = 1; current !== undefined; round++) {
      try {
        await publishMissing(current, tag, context);
        return;
      } catch (error) {
        if (!(error instanceof BusError) || error.code !== 'wrong_sequence' || round === MAX_ROUNDS) throw error;
        deps.telemetry.conflicted('history', { ...name, tag });
        current = await deps.readStream(name);
      }
    }
  }

  async function publishMissing(stream: ImageStream, tag: string, context: ChangeContext): Promise<void> {
    const { namespace, name } = nameOf(stream);
    const subject = { namespace, stream: name, tag } as Update; // the subject is made of these fields only
    const stored = await deps.bus.last(TagsStream, TagUpdated, subject);
    // What has aged out of the history is still the last one of its tag.
    const last = stored ?? (await deps.bus.last(TagsLatestStream, TagUpdated, subject));
    const items = findStatusTag(stream, tag)?.items ?? [];
    let sequence = stored?.sequence ?? 0;
    for (const missing of unpublishedItems(stream.metadata.uid ?? '', items, last?.event.data)) {
      const isNewest = missing.item === items[0];
      // Only the newest item can be what the caller has just seen; older ones were missed by somebody.
      const why = isNewest ? context : { cause: 'resync' as const, observedAt: context.observedAt };
      const published = await deps.bus.publish(TagUpdated, tagUpdatedData(stream, tag, missing, why), {
        expectLastSequence: sequence,
      });
      sequence = published.sequence;
      deps.telemetry.published(why.cause, { namespace, stream: name, tag, image: missing.item.image });
    }
    remember(stream, tag);
  }

  function remember(stream: ImageStream, tag: string): void {
    const created = newestItem(findStatusTag(stream, tag))?.created;
    if (created === undefined) return;
    const id = streamId(nameOf(stream));
    const tags = newestPublished.get(id) ?? new Map<string, string>();
    newestPublished.set(id, tags.set(tag, created));
  }

  return {
    async publish(stream, tags, context) {
      for (const tag of tags) await publishTag(stream, tag, context);
    },
    isPublished: (stream, tag, created) => newestPublished.get(streamId(stream))?.get(tag) === created,
    forget: (stream) => {
      newestPublished.delete(streamId(stream));
    },
  };
}

function nameOf(stream: ImageStream): StreamName {
  return { namespace: stream.metadata.namespace ?? '', name: stream.metadata.name };
}

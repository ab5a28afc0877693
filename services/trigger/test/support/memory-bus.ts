import { type Bus, BusError, type PublishOptions } from '@tagstream/bus';
import {
  type EventData,
  type EventDefinition,
  type StreamDefinition,
  TagsLatestStream,
  TagsStream,
  type TagUpdated,
  toCloudEvent,
} from '@tagstream/events';

type Update = EventData<typeof TagUpdated>;

interface Message {
  readonly sequence: number;
  readonly subject: string;
  readonly id: string;
  readonly data: Update;
}

/** TAGS and TAGS_LATEST in memory, as nats-server answers: the expected sequence is checked before the message id. */
export class MemoryBus {
  /** What lies in TAGS, in order. */
  tags: Message[] = [];
  latest = new Map<string, Message>();
  /** Every message that was stored and every purge, in order. */
  readonly log: string[] = [];
  /** False: everything happens more than ten minutes apart, and no message id is remembered. */
  hasDuplicateWindow = true;
  readonly #ids = new Map<string, number>();
  #sequence = 0;

  last: Bus['last'] = async (stream, definition, data) => {
    const subject = definition.subject(data);
    const found = this.#in(stream).findLast((message) => message.subject === subject);
    if (found === undefined) return undefined;
    const event = toCloudEvent(definition, found.data as typeof data, {
      source: '/test',
      time: '2026-01-01T00:00:00Z',
    });
    return { sequence: found.sequence, event };
  };

  publish: Bus['publish'] = async (definition: EventDefinition, data: unknown, options?: PublishOptions) => {
    const { id, subject } = toCloudEvent(definition, data, { source: '/test', time: '2026-01-01T00:00:00Z' });
    const last = this.tags.findLast((message) => message.subject === subject)?.sequence ?? 0;
    if (options?.expectLastSequence !== undefined && options.expectLastSequence !== last) {
      throw new BusError('wrong_sequence', `the last sequence of ${subject} is ${last}`);
    }
    const known = this.#ids.get(id);
    if (known !== undefined) return { sequence: known, duplicate: true };
    this.#sequence += 1;
    const message = { sequence: this.#sequence, subject, id, data: data as Update };
    if (this.hasDuplicateWindow) this.#ids.set(id, this.#sequence);
    this.tags.push(message);
    this.latest.set(subject, message);
    this.log.push(`${message.data.tag} ${message.data.image.slice(-1)} ${message.data.cause}`);
    return { sequence: this.#sequence, duplicate: false };
  };

  purgeSubject: Bus['purgeSubject'] = async (stream, subject) => {
    if (stream !== TagsLatestStream) throw new Error('the history is never purged');
    this.log.push(`purge ${subject}`);
    return this.latest.delete(subject) ? 1 : 0;
  };

  /** Images of the events of a tag, oldest first, each as the last digit of its digest. */
  told(tag: string): string {
    return this.events(tag)
      .map(({ image }) => image.slice(-1))
      .join('');
  }

  events(tag: string): readonly Update[] {
    return this.tags.filter(({ data }) => data.tag === tag).map(({ data }) => data);
  }

  /** 30 days pass. */
  ageOut(): void {
    this.tags = [];
    this.closeDuplicateWindow();
  }

  /** 10 minutes pass. */
  closeDuplicateWindow(): void {
    this.#ids.clear();
  }

  #in(stream: StreamDefinition): readonly Message[] {
    if (stream === TagsStream) return this.tags;
    if (stream === TagsLatestStream) return [...this.latest.values()];
    throw new Error(`unexpected stream ${stream.name}`);
  }
}

import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { DUPLICATE_WINDOW_MS, type StreamDefinition } from '@tagstream/events';
import type { EnsureStreamsOptions } from './bus.ts';
import { fullSubject, streamName } from './names.ts';

/** What is asked of the server for a stream. Durations in nanoseconds. */
export type AskedConfig = Partial<StreamConfig> & Pick<StreamConfig, 'name'>;

/** The server configuration of a stream. */
export function streamConfig(prefix: string, stream: StreamDefinition, options: EnsureStreamsOptions): AskedConfig {
  const fed = stream.sourceOf !== undefined;
  return {
    name: streamName(prefix, stream.name),
    description: stream.description,
    ...(fed ? {} : { subjects: stream.subjects.map((subject) => fullSubject(prefix, subject)) }),
    ...(stream.sourceOf === undefined ? {} : { sources: [{ name: streamName(prefix, stream.sourceOf) }] }),
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_age: nanos(stream.maxAgeMs),
    max_msgs_per_subject: stream.maxMessagesPerSubject === 0 ? -1 : stream.maxMessagesPerSubject,
    ...(stream.maxBytes === undefined ? {} : { max_bytes: stream.maxBytes }),
    // A stream that is fed from another one sees no message ids of publishers.
    ...(fed ? {} : { duplicate_window: nanos(duplicateWindowMs(stream)) }),
    allow_direct: true,
    ...(options.storage ? { storage: options.storage === 'memory' ? StorageType.Memory : StorageType.File } : {}),
    ...(options.replicas ? { num_replicas: options.replicas } : {}),
  };
}

/** The server refuses a window longer than messages live. */
function duplicateWindowMs({ maxAgeMs, duplicateWindowMs = DUPLICATE_WINDOW_MS }: StreamDefinition): number {
  return maxAgeMs === 0 ? duplicateWindowMs : Math.min(duplicateWindowMs, maxAgeMs);
}

/** Lowest server version that honours a setting; older ones drop it without a word. */
const NEEDS: Partial<Record<keyof StreamConfig, string>> = {
  allow_direct: '2.9.0',
  max_msgs_per_subject: '2.3.0',
  sources: '2.2.0',
  duplicate_window: '2.2.0',
};

/**
 * Which settings the server did not take over, each with the version that would: `allow_direct (needs nats-server 2.9.0)`.
 * @param echoed the configuration that the server says is in force.
 */
export function notInForce(asked: AskedConfig, echoed: Partial<StreamConfig>): readonly string[] {
  return (Object.keys(asked) as (keyof StreamConfig)[])
    .filter((key) => !isEchoed(asked[key], echoed[key]))
    .map((key) => (NEEDS[key] ? `${key} (needs nats-server ${NEEDS[key]})` : key));
}

/** An echo may say more than was asked (a source carries its filter), and leaves out zeros and empty texts. */
function isEchoed(asked: unknown, echoed: unknown): boolean {
  if (asked === 0 || asked === '' || asked === false) return !echoed;
  if (Array.isArray(asked)) {
    return Array.isArray(echoed) && echoed.length === asked.length && asked.every((one, i) => isEchoed(one, echoed[i]));
  }
  if (typeof asked === 'object' && asked !== null) {
    return Object.entries(asked).every(([key, one]) => isEchoed(one, (echoed as Record<string, unknown>)?.[key]));
  }
  return asked === echoed;
}

import { BuildProgressed } from './build-progressed.ts';
import { DeadLetter } from './dead-letter.ts';
import { encodeToken } from './define-event.ts';
import { GitHook } from './git-hook.ts';
import { RegistryPoll } from './registry-poll.ts';
import { RegistryPush } from './registry-push.ts';
import { RepositoryPoll } from './repository-poll.ts';
import { RolloutProgressed } from './rollout-progressed.ts';
import { TagUpdated } from './tag-updated.ts';

/** A JetStream stream of this system, before the configured prefix is applied. Durations in milliseconds. */
export interface StreamDefinition {
  /** Name without the prefix: `TAGS` is `TAGSTREAM_TAGS` by default. */
  readonly name: string;
  readonly description: string;
  /** Subjects without the prefix; empty for a stream that is fed from another. */
  readonly subjects: readonly string[];
  /** 0 keeps messages for ever. */
  readonly maxAgeMs: number;
  /** 0 keeps any number of messages per subject. */
  readonly maxMessagesPerSubject: number;
  /** The oldest messages go when there is more; absent: no limit. */
  readonly maxBytes?: number;
  /** Window in which a repeated message id is one message; absent: {@link DUPLICATE_WINDOW_MS}. */
  readonly duplicateWindowMs?: number;
  /** Stream this one copies from. */
  readonly sourceOf?: string;
}

const DAY_MS = 24 * 3600 * 1000;

/** Window in which a repeated message id is one message. Longer than any retry of a publisher lasts. */
export const DUPLICATE_WINDOW_MS = 10 * 60 * 1000;

/** Of builds, which are few: a phase that was entered so long ago at most is published when nobody did. */
export const BUILD_DUPLICATE_WINDOW_MS = DAY_MS;

export const RegistryStream: StreamDefinition = {
  name: 'REGISTRY',
  description: 'What pollers found in registries; consumed by trigger',
  subjects: [RegistryPoll.wildcard, RepositoryPoll.wildcard],
  maxAgeMs: DAY_MS,
  maxMessagesPerSubject: 0,
};

export const WebhookStream: StreamDefinition = {
  name: 'WEBHOOK',
  description: 'Announcements that came in over HTTP; consumed by poller and builds',
  subjects: [RegistryPush.wildcard, GitHook.wildcard],
  maxAgeMs: DAY_MS,
  maxMessagesPerSubject: 0,
};

export const TagsStream: StreamDefinition = {
  name: 'TAGS',
  description: 'The history of every tag; for everybody',
  subjects: [TagUpdated.wildcard],
  maxAgeMs: 30 * DAY_MS,
  maxMessagesPerSubject: 0,
};

export const TagsLatestStream: StreamDefinition = {
  name: 'TAGS_LATEST',
  description: 'The newest event of every tag, kept for ever; for everybody',
  subjects: [],
  maxAgeMs: 0,
  maxMessagesPerSubject: 1,
  sourceOf: 'TAGS',
};

export const RolloutsStream: StreamDefinition = {
  name: 'ROLLOUTS',
  description: 'What became of rollouts; for everybody',
  subjects: [RolloutProgressed.wildcard],
  maxAgeMs: 30 * DAY_MS,
  maxMessagesPerSubject: 0,
};

export const BuildStream: StreamDefinition = {
  name: 'BUILD',
  description: 'What became of builds; for everybody, and the start signal for whoever runs them',
  subjects: [BuildProgressed.wildcard],
  maxAgeMs: 7 * DAY_MS,
  maxMessagesPerSubject: 0,
  // The phases of a day are published again when the service starts, and most of them were before.
  duplicateWindowMs: BUILD_DUPLICATE_WINDOW_MS,
};

/** First token of the subjects that carry the logs of builds: `build-log.<namespace>.<build>`. */
const BUILD_LOG = 'build-log';

export const BuildLogStream: StreamDefinition = {
  name: 'BUILD_LOG',
  description: 'Logs of builds as plain text, in pieces; no events',
  subjects: [`${BUILD_LOG}.>`],
  maxAgeMs: 7 * DAY_MS,
  // Pieces of a log that comes line by line; beyond that its beginning goes.
  maxMessagesPerSubject: 10_000,
  // The server sets this much of its disk aside at once.
  maxBytes: 256 * 1024 ** 2,
};

/** Subject of the log of a Build, below the prefix. */
export function buildLogSubject(namespace: string, build: string): string {
  return [BUILD_LOG, encodeToken(namespace), encodeToken(build)].join('.');
}

export const DeadLetterStream: StreamDefinition = {
  name: 'DEADLETTER',
  description: 'Messages that could not be processed; for operators',
  subjects: [DeadLetter.wildcard],
  maxAgeMs: 30 * DAY_MS,
  maxMessagesPerSubject: 0,
};

/** Every stream, in the order in which they must be created: a source before its copy. */
export const allStreams: readonly StreamDefinition[] = [
  RegistryStream,
  WebhookStream,
  TagsStream,
  TagsLatestStream,
  RolloutsStream,
  BuildStream,
  BuildLogStream,
  DeadLetterStream,
];

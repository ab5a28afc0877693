export { allEvents } from './all-events.ts';
export { BuildProgressed } from './build-progressed.ts';
export {
  answersKey,
  CHECK_SHARDS,
  CHECKS_BUCKET,
  type CheckedTag,
  type CheckRecord,
  type CheckShard,
  checkId,
  checkKey,
  checkScope,
  checkShard,
  readCheckShard,
} from './check-record.ts';
export { nextTurn, turnOffset } from './check-turn.ts';
export { type CloudEvent, EventFormatError, parseCloudEvent, toCloudEvent } from './cloud-event.ts';
export { DeadLetter } from './dead-letter.ts';
export { decodeToken, type EventData, type EventDefinition, encodeToken } from './define-event.ts';
export { GitHook } from './git-hook.ts';
export { RegistryPoll } from './registry-poll.ts';
export { RegistryPush } from './registry-push.ts';
export { RepositoryPoll } from './repository-poll.ts';
export { RolloutProgressed } from './rollout-progressed.ts';
export {
  allStreams,
  BUILD_DUPLICATE_WINDOW_MS,
  BuildLogStream,
  BuildStream,
  buildLogSubject,
  DeadLetterStream,
  DUPLICATE_WINDOW_MS,
  RegistryStream,
  RolloutsStream,
  type StreamDefinition,
  TagsLatestStream,
  TagsStream,
  WebhookStream,
} from './streams.ts';
export { TagUpdated } from './tag-updated.ts';

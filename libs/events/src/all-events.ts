import { BuildProgressed } from './build-progressed.ts';
import { DeadLetter } from './dead-letter.ts';
import type { EventDefinition } from './define-event.ts';
import { GitHook } from './git-hook.ts';
import { RegistryPoll } from './registry-poll.ts';
import { RegistryPush } from './registry-push.ts';
import { RepositoryPoll } from './repository-poll.ts';
import { RolloutProgressed } from './rollout-progressed.ts';
import { TagUpdated } from './tag-updated.ts';

/** Every event, in the order in which a push causes them. */
export const allEvents: readonly EventDefinition[] = [
  GitHook,
  BuildProgressed,
  RegistryPush,
  RepositoryPoll,
  RegistryPoll,
  TagUpdated,
  RolloutProgressed,
  DeadLetter,
];

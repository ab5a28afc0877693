import { type Cause, CONFIRM_WITHIN_MS, specVersion, type TagMemory } from './memory.ts';
import { nextTurn } from './schedule.ts';
import type { TagView } from './tag-view.ts';

/** When a tag is to be looked at, and why. */
export interface Due {
  readonly atMs: number;
  readonly cause: Cause;
}

export interface DueSettings {
  readonly intervalMs: number;
  /** When this process began to poll: turns before that are not made up for, so that a restart is no rush. */
  readonly startedAtMs: number;
}

/**
 * When a tag is due next, undefined when only a push or a change of its spec can make it so.
 *
 * - An import that the spec asks for is due at once, and again after a failure or while its answer is not confirmed.
 * - A scheduled tag is due at each turn of its question, which a check for another reason does not move.
 * - A failure that may pass is tried again.
 */
export function nextDue(tag: TagView, memory: TagMemory | undefined, settings: DueSettings): Due | undefined {
  if (tag.pending && memory?.asked !== specVersion(tag)) return { atMs: settings.startedAtMs, cause: 'spec' };
  const again: readonly Due[] = [
    ...at(memory?.movedAtMs, 'request'),
    ...at(memory?.retryAtMs, tag.pending ? 'spec' : 'schedule'),
    ...at(memory?.underway && memory.underway.publishedAtMs + CONFIRM_WITHIN_MS, tag.pending ? 'spec' : 'schedule'),
  ];
  const after = Math.max(settings.startedAtMs, memory?.askedAtMs ?? 0);
  const turn = tag.scheduled ? at(nextTurn(tag.question.key, settings.intervalMs, after), 'schedule') : [];
  return [...again, ...turn].reduce<Due | undefined>(
    (first, due) => (first === undefined || due.atMs < first.atMs ? due : first),
    undefined,
  );
}

function at(atMs: number | undefined, cause: Cause): readonly Due[] {
  return atMs === undefined ? [] : [{ atMs, cause }];
}

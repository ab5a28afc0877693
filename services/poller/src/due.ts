import { nextTurn } from '@tagstream/events';
import { type Cause, CONFIRM_WITHIN_MS, specVersion, type TagMemory } from './memory.ts';
import type { TagView } from './tag-view.ts';

/** When a tag is to be looked at, and why. */
export interface Due {
  readonly atMs: number;
  readonly cause: Cause;
}

/** What decides about the turns of a tag, besides the tag. */
export interface Turns {
  /** How far into the interval they are, a number in [0, 1). */
  readonly offset: number;
  readonly intervalMs: number;
  /** Turns before this instant are not made up for, so that a restart is no rush. */
  readonly fromMs: number;
  /** The check that the stream asks for by annotation has been made, here or elsewhere. */
  readonly isAnswered: boolean;
}

/**
 * When a tag is due next, undefined when only a push or a change of its spec can make it so.
 *
 * - An import that the spec asks for is due at once, and again after a failure or while its answer is not confirmed.
 * - A check that the stream asks for by annotation is due at once.
 * - A scheduled tag is due at each turn of its question, which a check for another reason does not move.
 * - A failure that may pass is tried again, and any failure at once when the access to the registry has changed since.
 */
export function nextDue(tag: TagView, memory: TagMemory | undefined, turns: Turns): Due | undefined {
  if (tag.pending && memory?.asked !== specVersion(tag)) return { atMs: turns.fromMs, cause: 'spec' };
  if (tag.accessChanged && memory === undefined) return { atMs: turns.fromMs, cause: 'request' };
  if (!turns.isAnswered) return { atMs: turns.fromMs, cause: 'request' };
  let first: Due | undefined;
  const consider = (atMs: number | undefined, cause: Cause) => {
    if (atMs !== undefined && (first === undefined || atMs < first.atMs)) first = { atMs, cause };
  };
  const again = tag.pending ? 'spec' : 'schedule';
  consider(memory?.movedAtMs, 'request');
  consider(memory?.retryAtMs, again);
  consider(memory?.underway && memory.underway.publishedAtMs + CONFIRM_WITHIN_MS, again);
  if (tag.scheduled) {
    const after = Math.max(turns.fromMs, memory?.askedAtMs ?? 0);
    consider(nextTurn(turns.offset, turns.intervalMs, after), 'schedule');
  }
  return first;
}

import { DUPLICATE_WINDOW_MS, type EventData, type RegistryPoll } from '@tagstream/events';
import { backoffMs } from '@tagstream/service';
import { type Outcome, shows } from './compare.ts';
import type { TagView } from './tag-view.ts';

export type Poll = EventData<typeof RegistryPoll>;
export type Cause = Poll['cause'];

/** What this process remembers of a tag between two checks. Losing it costs a few requests, nothing else. */
export interface TagMemory {
  /** Version of the spec tag that was asked for. */
  readonly asked: string;
  readonly askedAtMs: number;
  /** Failures in a row that may pass by themselves. */
  readonly failures: number;
  /** When to try again after such a failure. */
  readonly retryAtMs?: number;
  /** What was published and is not in the status yet. */
  readonly unconfirmed?: Unconfirmed;
  /** The tag changed under a check, or to something that was not published: look now. */
  readonly movedAtMs?: number;
}

interface Unconfirmed {
  /** Message id: the facts of the answer and what it was compared with. */
  readonly id: string;
  readonly outcome: Outcome;
  readonly atMs: number;
}

/**
 * When an answer that the status still does not show is looked up and published anew. Inside the window in which the
 * stream drops repeated ids that would change nothing; the margin is for clocks that tick differently.
 */
export const CONFIRM_WITHIN_MS = DUPLICATE_WINDOW_MS + 5_000;

/** Waits after a failure that may pass: quick at first, in the end as rare as a scheduled check. */
export const RETRY = { minMs: 2_000, maxMs: 15 * 60_000, factor: 2 };

/**
 * How often a failure is tried again for a tag without a schedule: for about an hour. OpenShift does not try again at all;
 * an import that failed because a registry was restarting deserves better, but not for ever.
 */
export const MAX_RETRIES = 12;

/** Which version of the spec a tag is at. */
export function specVersion(tag: TagView): string {
  return `${tag.specHash}@${tag.specGeneration}`;
}

/** What a check found out about a tag, as far as it decides when to look again. */
export interface Settled {
  readonly atMs: number;
  /** The registry gave no answer, and may give one later. */
  readonly mayPass: boolean;
  /** Published now, or earlier and still not in the status; absent when the status shows it. */
  readonly unconfirmed?: Unconfirmed;
  /** Wait that the registry asked for. */
  readonly retryAfterMs?: number;
}

/** The memory after a check. @param random a number in [0, 1). */
export function remember(before: TagMemory | undefined, tag: TagView, settled: Settled, random: number): TagMemory {
  const asked = specVersion(tag);
  const failures = settled.mayPass ? (before?.asked === asked ? before.failures : 0) + 1 : 0;
  const retry = failures > 0 && (tag.scheduled || tag.pending || failures <= MAX_RETRIES);
  const waitMs = Math.max(settled.retryAfterMs ?? 0, backoffMs(RETRY, failures, random));
  return {
    asked,
    askedAtMs: settled.atMs,
    failures,
    ...(retry && { retryAtMs: settled.atMs + waitMs }),
    ...(settled.unconfirmed && { unconfirmed: settled.unconfirmed }),
  };
}

/** The memory after a check whose answer does not count, because the tag changed while the registry was asked. */
export function lookAgain(before: TagMemory | undefined, atMs: number): TagMemory {
  return { ...(before ?? { asked: '', askedAtMs: atMs, failures: 0 }), movedAtMs: atMs };
}

/**
 * The memory after the status or the spec of the tag changed. When the status now shows what was published, all is well.
 * When its newest item is another one than that which the answer was compared with, the answer may have been dropped, and
 * the registry is asked again.
 */
export function onChange(memory: TagMemory, before: TagView, now: TagView, nowMs: number): TagMemory {
  const { unconfirmed, ...rest } = memory;
  if (unconfirmed === undefined) return memory;
  if (shows(now, unconfirmed.outcome)) return rest;
  return JSON.stringify(before.basedOn) === JSON.stringify(now.basedOn) ? memory : { ...rest, movedAtMs: nowMs };
}

import { createHash } from 'node:crypto';
import { DUPLICATE_WINDOW_MS, type EventData, type RegistryPoll } from '@tagstream/events';
import { backoffMs } from '@tagstream/service';
import { isFromSource, type Showable, shows } from './compare.ts';
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
  /** What the registry said last. */
  readonly said?: { readonly finding: Showable; readonly atMs: number };
  /** Something was published and is not in the status yet. */
  readonly underway?: Underway;
  /** Fingerprint of the failure that the status shows, or showed last. */
  readonly lastFailure?: string;
  /** When to look because the tag changed under a check, or to something else than the registry said. */
  readonly movedAtMs?: number;
  /** How often in a row it changed to something else, and when last. */
  readonly moves?: { readonly count: number; readonly lastAtMs: number };
}

/** An answer on its way into the status. */
export interface Underway {
  /** Message id: the facts of the answer and what it was compared with. */
  readonly id: string;
  readonly publishedAtMs: number;
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
  /** What the registry said; absent when it said nothing about the image. */
  readonly finding?: Showable;
  /** Published now or earlier, and not in the status yet. */
  readonly underway?: Underway;
  /** Wait that the registry asked for. */
  readonly retryAfterMs?: number;
}

/** The memory after a check. @param random a number in [0, 1). */
export function remember(before: TagMemory | undefined, tag: TagView, settled: Settled, random: number): TagMemory {
  const version = specVersion(tag);
  const asked = before?.asked === version ? before.asked : version; // one text, not one for each check
  const failures = settled.mayPass ? (before?.asked === asked ? before.failures : 0) + 1 : 0;
  const retry = failures > 0 && (tag.scheduled || tag.pending || failures <= MAX_RETRIES);
  const said = settled.finding ? { finding: settled.finding, atMs: settled.atMs } : before?.said;
  const waitMs = Math.max(settled.retryAfterMs ?? 0, backoffMs(RETRY, failures, random));
  return {
    asked,
    askedAtMs: settled.atMs,
    failures,
    ...(retry && { retryAtMs: settled.atMs + waitMs }),
    ...(said && { said }),
    ...(settled.underway && { underway: settled.underway }),
    ...(before?.moves && { moves: before.moves }),
    ...withLastFailure(tag, before),
  };
}

/** The memory after a check whose answer does not count, because the tag changed while the registry was asked. */
export function lookAgain(before: TagMemory | undefined, atMs: number): TagMemory {
  return { ...(before ?? { asked: '', askedAtMs: atMs, failures: 0 }), movedAtMs: atMs };
}

/**
 * The memory after the status or the spec of the tag changed. When the status now shows what the registry said, all is well.
 * When it shows something else, an answer was dropped or overtaken by another one, maybe of another replica, and the
 * registry is asked again: at once the first time, then with growing waits, since two replicas behind mirrors that
 * disagree would otherwise correct each other for ever. What was put there from elsewhere, by a push, is no answer to
 * compare with: it stays until the next import.
 */
export function onChange(memory: TagMemory, before: TagView, now: TagView, nowMs: number): TagMemory {
  if (JSON.stringify(statusOf(before)) === JSON.stringify(statusOf(now))) return memory;
  const { underway: _arrived, ...rest } = { ...memory, ...withLastFailure(now, memory, before) };
  const { said } = memory;
  if (said === undefined || nowMs >= said.atMs + CONFIRM_WITHIN_MS || memory.asked !== specVersion(now)) return rest;
  if (shows(now, said.finding) || !isFromSource(now)) return rest;
  const earlier = memory.moves && nowMs < memory.moves.lastAtMs + CONFIRM_WITHIN_MS ? memory.moves.count : 0;
  const waitMs = earlier === 0 ? 0 : backoffMs(RETRY, earlier, 0);
  const underway = memory.underway && { underway: memory.underway };
  return { ...rest, ...underway, movedAtMs: nowMs + waitMs, moves: { count: earlier + 1, lastAtMs: nowMs } };
}

/**
 * Fingerprint of the failure that a tag shows, or showed last as far as is known: an answer names it as what it replaces. A
 * failure that comes back after a success then is a new fact for the stream of answers, though the newest item is the same.
 */
export function lastFailureOf({ failure }: TagView, memory: TagMemory | undefined): string | undefined {
  if (failure === null) return memory?.lastFailure;
  return createHash('sha256').update(JSON.stringify(failure)).digest('hex').slice(0, 16);
}

function withLastFailure(
  now: TagView,
  memory: TagMemory | undefined,
  before?: TagView,
): Pick<TagMemory, 'lastFailure'> {
  const shown = lastFailureOf(now, undefined) ?? (before && lastFailureOf(before, undefined)) ?? memory?.lastFailure;
  return shown === undefined ? {} : { lastFailure: shown };
}

function statusOf({ basedOn, failure, pushed }: TagView) {
  return [basedOn, failure, pushed];
}

/** What is still on its way after a check that led to no message; after a while it does not count any more. */
export function stillUnderway(before: TagMemory | undefined, nowMs: number): Underway | undefined {
  const underway = before?.underway;
  return underway && nowMs < underway.publishedAtMs + CONFIRM_WITHIN_MS ? underway : undefined;
}

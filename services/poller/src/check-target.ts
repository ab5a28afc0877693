import { RegistryPoll } from '@tagstream/events';
import type { Clock } from '@tagstream/service';
import type { Answer, Ask } from './ask.ts';
import { type Showable, shownImage, shows, showsImage } from './compare.ts';
import { type Due, nextDue } from './due.ts';
import { type DueSettings, intervalOf, turnsOf } from './due-settings.ts';
import { forEachBounded } from './for-each-bounded.ts';
import type { Look, LookResult } from './look.ts';
import {
  lastFailureOf,
  lookAgain,
  type Poll,
  remember,
  type Settled,
  specVersion,
  stillUnderway,
  type TagMemory,
  type Underway,
} from './memory.ts';
import { pollFor } from './poll-for.ts';
import type { TagView } from './tag-view.ts';
import type { FollowedTag, Target } from './target-index.ts';

/** Publishes what was found out. Resolves once it is stored; `duplicate` when it had been before. */
export interface PollPublisher {
  readonly publish: (poll: Poll) => Promise<{ readonly duplicate: boolean }>;
}

/** The facts told about checks. */
export interface CheckTelemetry {
  readonly asked: (target: Target, answer: Answer, durationMs: number) => void;
  readonly published: (poll: Poll, duplicate: boolean, registry: string) => void;
  /** The same answer is on its way already. */
  readonly suppressed: (poll: Poll) => void;
}

/** Keeps what is shown of checks. Told after what a check led to is stored. */
export interface CheckRecorder {
  readonly checked: (tag: TagView, target: Target, check: RecordedCheck) => void;
}

/** A check as it is shown: what an operator wants to know of it. */
export interface RecordedCheck {
  readonly atMs: number;
  /** How often the tag is checked; absent for one without schedule. */
  readonly intervalMs?: number;
  /** When it is tried again because it failed. */
  readonly retryAtMs?: number;
  readonly error?: { readonly reason: string; readonly message: string };
}

export interface CheckDeps {
  readonly ask: Ask;
  readonly publisher: PollPublisher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly settings: DueSettings;
  readonly telemetry: CheckTelemetry;
  readonly recorder: CheckRecorder;
}

/** What came of a check. */
export interface Checked {
  readonly answer: Answer;
  /** A tag changed meanwhile, so that the answer does not count for it and it is due again. */
  readonly overtaken: boolean;
}

/** Messages on their way to the stream at a time: many streams may follow one base image. */
const MAX_PUBLISHING = 64;

/**
 * A registry that limits the rate has said nothing about the image; for a tag whose import nobody asked for, that is told
 * only when it happened so often in a row.
 */
const SHOW_RATE_LIMIT_AFTER = 3;

/** When the first tag of a target is due, undefined for none. */
export function dueOf(target: Target, settings: DueSettings): Due | undefined {
  let first: Due | undefined;
  for (const followed of target.tags.values()) {
    const due = dueOfTag(target, followed, settings);
    if (due !== undefined && (first === undefined || due.atMs < first.atMs)) first = due;
  }
  return first;
}

function dueOfTag(target: Target, { view, memory }: FollowedTag, settings: DueSettings): Due | undefined {
  return nextDue(view, memory, turnsOf(target, view, settings));
}

/**
 * Asks the question of a target once, for all its tags that it concerns and all who look, and publishes the answer for each
 * tag whose status does not show it.
 * @throws what the publisher throws: then nothing is remembered, and the next run starts over.
 */
export async function checkTarget(
  target: Target,
  looks: readonly Look[],
  deps: CheckDeps,
  signal: AbortSignal,
): Promise<Checked> {
  const startedMs = deps.clock.now();
  const concerned = [...target.tags.values()].filter((followed) => isConcerned(target, followed, looks, deps));
  const seen = concerned.map(({ view }) => view);
  const isKnown = (image: string) => seen.every((tag) => showsImage(tag, image));
  const answer = await deps.ask(target.question, isKnown, signal);
  deps.telemetry.asked(target, answer, deps.clock.now() - startedMs);
  let overtaken = false;
  const intervalMs = intervalOf(target, deps.settings);
  await forEachBounded(seen, MAX_PUBLISHING, async (tag) => {
    const settled = await settle(target, tag, answer, looks, deps);
    if (settled === 'overtaken') overtaken = true;
    else record(target, tag, answer, intervalMs, deps);
  });
  return { answer, overtaken };
}

/**
 * Whether an answer is for a tag. A tag without schedule stays where it is while others that ask the same are imported or
 * take their turn; a push that is announced is for all.
 */
function isConcerned(
  target: Target,
  followed: FollowedTag,
  looks: readonly Look[],
  { clock, settings }: CheckDeps,
): boolean {
  if (looks.length > 0 || followed.view.scheduled) return true;
  const due = dueOfTag(target, followed, settings);
  return due !== undefined && due.atMs <= clock.now();
}

/** What those who looked are told. */
export function lookResult(answer: Answer): LookResult {
  switch (answer.kind) {
    case 'same':
      return { kind: 'answered', digest: answer.digest };
    case 'found':
      return { kind: 'answered', digest: answer.finding.manifest.digest };
    case 'failed':
      return answer.mayPass ? { kind: 'failed', reason: answer.code } : { kind: 'answered', digest: null };
  }
}

function record(
  target: Target,
  tag: TagView,
  answer: Answer,
  intervalMs: number,
  { clock, recorder }: CheckDeps,
): void {
  if (tag.pushed !== undefined) return; // its tag may have an import besides, whose checks these are not
  const memory = target.tags.get(tag.id)?.memory;
  recorder.checked(tag, target, {
    atMs: memory?.askedAtMs ?? clock.now(),
    ...(tag.scheduled && { intervalMs }),
    ...(memory?.retryAtMs !== undefined && { retryAtMs: memory.retryAtMs }),
    ...(answer.kind === 'failed' && { error: answer.finding }),
  });
}

async function settle(
  target: Target,
  tag: TagView,
  answer: Answer,
  looks: readonly Look[],
  deps: CheckDeps,
): Promise<'overtaken' | undefined> {
  const followed = target.tags.get(tag.id);
  if (followed === undefined) return undefined;
  const before = followed.memory;
  const atMs = deps.clock.now();
  if (!isSameQuestion(tag, followed.view)) {
    // The answer may be older than what the status shows by now: compared with that, it could move the tag backwards.
    followed.memory = lookAgain(before, atMs);
    return 'overtaken';
  }
  const note = (underway: Underway | undefined, finding?: Showable) => {
    const settled = { atMs, ...failureOf(answer), ...(underway && { underway }), ...(finding && { finding }) };
    followed.memory = remember(before, tag, settled, deps.random());
    return undefined;
  };
  const earlier = stillUnderway(before, atMs);
  // The status's own copy of the digest: there are as many of these as there are tags.
  if (answer.kind === 'same') return note(earlier, { kind: 'image', image: shownImage(tag) ?? answer.image });
  if (answer.kind === 'failed' && isNotWorthTelling(tag, answer, before)) return note(earlier);
  const { finding } = answer;
  if (shows(tag, finding)) return note(earlier, finding);

  const about = { ...causeOf(target, followed, looks, deps.settings), ...replacesOf(tag, before) };
  const poll = pollFor(tag, finding, about, new Date(atMs).toISOString());
  const id = RegistryPoll.id(poll);
  if (earlier?.id === id) {
    deps.telemetry.suppressed(poll);
    return note(earlier, finding);
  }
  // Remembered first: the status may show it before the stream's confirmation is back.
  note({ id, publishedAtMs: atMs }, finding);
  try {
    const { duplicate } = await deps.publisher.publish(poll);
    deps.telemetry.published(poll, duplicate, target.question.registry);
  } catch (error) {
    followed.memory = before;
    throw error;
  }
  return undefined;
}

function failureOf(answer: Answer): Pick<Settled, 'mayPass' | 'retryAfterMs'> {
  if (answer.kind !== 'failed') return { mayPass: false };
  return { mayPass: answer.mayPass, ...(answer.pauseMs !== undefined && { retryAfterMs: answer.pauseMs }) };
}

function isNotWorthTelling(
  tag: TagView,
  answer: Extract<Answer, { kind: 'failed' }>,
  before: TagMemory | undefined,
): boolean {
  if (tag.pushed !== undefined) return true;
  return answer.pauseMs !== undefined && !tag.pending && (before?.failures ?? 0) + 1 < SHOW_RATE_LIMIT_AFTER;
}

/** Whether an answer still counts: what it is compared with was seen before the registry was asked. */
function isSameQuestion(seen: TagView, now: TagView): boolean {
  if (seen === now) return true;
  const compared = ({ basedOn, pushed }: TagView) => JSON.stringify([basedOn, pushed]);
  return specVersion(seen) === specVersion(now) && compared(seen) === compared(now);
}

function replacesOf(tag: TagView, memory: TagMemory | undefined): Pick<Poll, 'replaces'> {
  const replaces = lastFailureOf(tag, memory);
  return replaces === undefined ? {} : { replaces };
}

/** An import that was asked for is the cause by itself; else whoever looked last, else the tag's own time. */
function causeOf(
  target: Target,
  followed: FollowedTag,
  looks: readonly Look[],
  settings: DueSettings,
): Pick<Poll, 'cause' | 'hint'> {
  if (followed.view.pending) return { cause: 'spec' };
  const last = looks.at(-1);
  if (last !== undefined) return last;
  return { cause: dueOfTag(target, followed, settings)?.cause ?? 'schedule' };
}

import { nextTurn, turnOffset } from '@tagstream/events';
import { describe, expect, test } from 'vitest';
import { nextDue, type Turns } from '../src/due.ts';
import {
  CONFIRM_WITHIN_MS,
  MAX_RETRIES,
  onChange,
  RETRY,
  remember,
  specVersion,
  type TagMemory,
} from '../src/memory.ts';
import { digest, type TagState, tagWith } from './tags.ts';

const MIN = 60_000;
const START = Date.parse('2026-11-21T10:00:00Z');
const turns: Turns = { offset: 0.25, intervalMs: 15 * MIN, fromMs: START, isAnswered: true };
const A = digest('a');
const B = digest('b');
const scheduled = { scheduled: true };

const asked = (state: TagState, memory: Partial<TagMemory> = {}): TagMemory => ({
  asked: specVersion(tagWith(state)),
  askedAtMs: START + MIN,
  failures: 0,
  ...memory,
});
const underway = {
  id: 'id',
  publishedAtMs: START + MIN,
} as const;

describe('a tag is due', () => {
  test.each<[string, TagState, TagMemory | undefined, { atMs: number; cause: string } | undefined]>([
    ['at once when it was never imported', {}, undefined, { atMs: START, cause: 'spec' }],
    [
      'at once when its spec changed',
      { image: A, specChanged: true },
      asked({ from: 'other' }),
      { atMs: START, cause: 'spec' },
    ],
    ['never when it is imported and has no schedule', { image: A }, undefined, undefined],
    [
      'never when its import failed for good and it has no schedule',
      { failure: { reason: 'NotFound', message: 'm' } },
      asked({}),
      undefined,
    ],
    [
      'later when its answer is on its way',
      {},
      asked({}, { underway }),
      { atMs: START + MIN + CONFIRM_WITHIN_MS, cause: 'spec' },
    ],
    [
      'after a wait when the registry gave no answer',
      {},
      asked({}, { failures: 1, retryAtMs: START + 2 * MIN }),
      { atMs: START + 2 * MIN, cause: 'spec' },
    ],
    [
      'now when its status moved to something unexpected',
      { image: A },
      asked({ image: A }, { movedAtMs: START + 3 }),
      { atMs: START + 3, cause: 'request' },
    ],
    [
      'for a retry before its turn',
      { image: A, importPolicy: scheduled },
      asked({ image: A }, { failures: 1, retryAtMs: START + MIN + 1 }),
      { atMs: START + MIN + 1, cause: 'schedule' },
    ],
  ])('%s', (_when, state, memory, due) => {
    expect(nextDue(tagWith(state), memory, turns)).toEqual(due);
  });

  test('at its next turn when it is scheduled', () => {
    const tag = tagWith({ image: A, importPolicy: scheduled });
    const first = nextDue(tag, undefined, turns);
    expect(first?.cause).toBe('schedule');
    expect(first?.atMs).toBeGreaterThan(START);
    expect(first?.atMs).toBeLessThanOrEqual(START + 15 * MIN);
    const second = nextDue(tag, asked({ image: A, importPolicy: scheduled }, { askedAtMs: first?.atMs ?? 0 }), turns);
    expect(second?.atMs).toBe((first?.atMs ?? 0) + 15 * MIN);
  });

  test('at the same turn after a restart, and never in a rush', () => {
    const tag = tagWith({ image: A, importPolicy: scheduled });
    const turn = nextDue(tag, undefined, turns)?.atMs ?? 0;
    expect(nextDue(tag, undefined, { ...turns, fromMs: turn - 1 })?.atMs).toBe(turn);
    expect(nextDue(tag, undefined, { ...turns, fromMs: turn })?.atMs).toBe(turn + 15 * MIN);
  });

  test('at the turns that were missed since somebody else stopped checking it, once', () => {
    const tag = tagWith({ image: A, importPolicy: scheduled });
    const turn = nextDue(tag, undefined, turns)?.atMs ?? 0;
    const takenOverAt = turn + 7_000;
    expect(nextDue(tag, undefined, { ...turns, fromMs: takenOverAt - 10_000 })?.atMs).toBe(turn);
    const memory = asked({ image: A, importPolicy: scheduled }, { askedAtMs: takenOverAt });
    expect(nextDue(tag, memory, { ...turns, fromMs: takenOverAt - 10_000 })?.atMs).toBe(turn + 15 * MIN);
  });

  test.each<[string, TagState]>([
    ['although it has no schedule', { image: A }],
    ['although its turn is later', { image: A, importPolicy: scheduled }],
  ])('at once when its stream asks for a check now, %s', (_although, state) => {
    const tag = tagWith(state);
    const memory = asked(state);
    expect(nextDue(tag, memory, { ...turns, isAnswered: false })).toEqual({ atMs: START, cause: 'request' });
  });

  test('for a restart with a thousand references spread over the interval', () => {
    const perMinute = new Map<number, number>();
    for (let i = 0; i < 1000; i++) {
      const minute = Math.floor(
        (nextTurn(turnOffset(`registry.example.com/shop/web:${i}`), 15 * MIN, START) - START) / MIN,
      );
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    }
    expect([...perMinute.keys()].filter((minute) => minute < 15)).toHaveLength(15);
    expect(Math.max(...perMinute.values())).toBeLessThan(130); // 67 is even
  });
});

describe('what is remembered after a check', () => {
  const tag = tagWith({ image: A });

  test('an answer takes earlier failures away', () => {
    const before = asked({ image: A }, { failures: 3, retryAtMs: 1 });
    expect(remember(before, tag, { atMs: 9, mayPass: false }, 0)).toEqual({
      asked: specVersion(tag),
      askedAtMs: 9,
      failures: 0,
    });
  });

  test('waits grow from failure to failure up to their limit', () => {
    let memory: TagMemory | undefined;
    const waits: number[] = [];
    const scheduledTag = tagWith({ image: A, importPolicy: scheduled });
    for (let i = 0; i < 12; i++) {
      memory = remember(memory, scheduledTag, { atMs: START, mayPass: true }, 0);
      waits.push((memory.retryAtMs ?? 0) - START);
    }
    expect(waits.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
    expect(waits.at(-1)).toBe(RETRY.maxMs);
  });

  test('a registry that asks to wait is waited for', () => {
    const memory = remember(undefined, tag, { atMs: START, mayPass: true, retryAfterMs: 5 * MIN }, 0);
    expect(memory.retryAtMs).toBe(START + 5 * MIN);
  });

  test('without a schedule retries come to an end', () => {
    const failures = (n: number) => asked({ image: A }, { failures: n });
    expect(remember(failures(MAX_RETRIES - 1), tag, { atMs: 0, mayPass: true }, 0).retryAtMs).toBeDefined();
    expect(remember(failures(MAX_RETRIES), tag, { atMs: 0, mayPass: true }, 0).retryAtMs).toBeUndefined();
  });

  test('failures of another spec do not count', () => {
    const before = asked({ from: 'other' }, { failures: 7 });
    expect(remember(before, tag, { atMs: 0, mayPass: true }, 0).failures).toBe(1);
  });
});

describe('a change of the status', () => {
  const before = tagWith({ image: A });
  const said = (image: string, more: Partial<TagMemory> = {}) =>
    asked(
      { image: A },
      {
        said: { finding: { kind: 'image', image }, atMs: START },
        underway: { id: 'id', publishedAtMs: START },
        ...more,
      },
    );

  test('to what the registry said settles what was on its way', () => {
    const after = onChange(said(B), before, tagWith({ image: B }), START);
    expect(after.underway).toBeUndefined();
    expect(after.movedAtMs).toBeUndefined();
  });

  test.each<[string, TagState]>([
    ['something else', { image: digest('c') }],
    ['a failure', { image: A, failure: { reason: 'NotFound', message: 'm' } }],
  ])('to %s asks for a look at once', (_what, state) => {
    expect(onChange(said(B), before, tagWith(state), START + 7).movedAtMs).toBe(START + 7);
  });

  test('to something else time after time is looked at after growing waits', () => {
    let memory: TagMemory = said(B);
    const waits: number[] = [];
    for (const image of ['c', 'd', 'e', 'f'].map(digest)) {
      memory = onChange(memory, before, tagWith({ image }), START);
      waits.push((memory.movedAtMs ?? 0) - START);
    }
    expect(waits).toEqual([0, 2_000, 4_000, 8_000]);
  });

  test('long after the registry was asked is nothing to look at', () => {
    const late = START + CONFIRM_WITHIN_MS;
    expect(onChange(said(B), before, tagWith({ image: digest('c') }), late).movedAtMs).toBeUndefined();
  });

  test('that comes with another spec is left to the import of that', () => {
    const now = tagWith({ image: digest('c'), specChanged: true });
    expect(onChange(said(B, { asked: 'of before' }), before, now, START).movedAtMs).toBeUndefined();
  });

  test('that concerns something else changes nothing', () => {
    const memory = said(A);
    expect(onChange(memory, before, tagWith({ image: A, importPolicy: scheduled }), START)).toBe(memory);
  });
});

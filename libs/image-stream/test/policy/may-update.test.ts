import { describe, expect, test } from 'vitest';
import {
  HOLD_ANNOTATION,
  MINIMUM_AGE_ANNOTATION,
  mayUpdate,
  UPDATE_WINDOW_ANNOTATION,
  updatePolicy,
} from '../../src/index.ts';
import { digest } from '../fixtures.ts';

const A = digest('a');
const B = digest('b');
const HELD = { [HOLD_ANNOTATION]: `${A} until 2026-12-01T00:00:00Z` };
const NIGHTS = { [UPDATE_WINDOW_ANNOTATION]: '0 22 * * 1-5; 4h; Europe/Berlin' };
const AGED = { [MINIMUM_AGE_ANNOTATION]: '2h' };

/** `now`, or the reason and the time from which on the image may be written. */
function verdict(annotations: Record<string, string>, at: string, image = A, created = '2026-11-20T09:00:00.000Z') {
  const parsed = updatePolicy(annotations);
  if (parsed.kind !== 'policy') throw new Error(`no policy: ${JSON.stringify(parsed)}`);
  const judged = mayUpdate(parsed.policy, { image, created }, Date.parse(at));
  if (judged.kind === 'now') return 'now';
  return `${judged.reason} ${new Date(judged.notBeforeMs).toISOString()}`;
}

interface Row {
  readonly row: string;
  readonly annotations: Record<string, string>;
  readonly at: string;
  readonly image?: string;
  readonly created?: string;
  readonly expected: string;
}

describe('an image may be written', () => {
  test.each<Row>([
    {
      row: 'not while it is younger than its minimum age',
      annotations: AGED,
      at: '2026-11-20T10:59:59.999Z',
      expected: 'minimum-age 2026-11-20T11:00:00.000Z',
    },
    { row: 'at the moment it is that old', annotations: AGED, at: '2026-11-20T11:00:00.000Z', expected: 'now' },
    {
      row: 'not while the clock is before the time it was recorded',
      annotations: AGED,
      at: '2026-11-20T08:00:00.000Z',
      expected: 'minimum-age 2026-11-20T11:00:00.000Z',
    },
    {
      row: 'not before the window opens, in the time of its zone',
      annotations: NIGHTS,
      at: '2026-11-20T20:59:59.999Z',
      expected: 'update-window 2026-11-20T21:00:00.000Z',
    },
    { row: 'at the moment the window opens', annotations: NIGHTS, at: '2026-11-20T21:00:00.000Z', expected: 'now' },
    {
      row: 'until the window closes, past midnight',
      annotations: NIGHTS,
      at: '2026-11-21T00:59:59.999Z',
      expected: 'now',
    },
    {
      row: 'not any more when the window has closed: on Monday again',
      annotations: NIGHTS,
      at: '2026-11-21T01:00:00.000Z',
      expected: 'update-window 2026-11-23T21:00:00.000Z',
    },
    {
      row: 'an hour earlier by UTC when the zone has summer time',
      annotations: NIGHTS,
      at: '2026-07-01T12:00:00.000Z',
      expected: 'update-window 2026-07-01T20:00:00.000Z',
    },
    {
      row: 'for as long as the window lasts when clocks are set back meanwhile',
      annotations: { [UPDATE_WINDOW_ANNOTATION]: '30 2 * * *; 2h; Europe/Berlin' },
      at: '2026-10-25T02:29:59.999Z',
      expected: 'now',
    },
    {
      row: 'when the opening falls into the hour that is left out, right after it',
      annotations: { [UPDATE_WINDOW_ANNOTATION]: '30 2 * * *; 1h; Europe/Berlin' },
      at: '2027-03-28T00:59:00.000Z',
      expected: 'update-window 2027-03-28T01:00:00.000Z',
    },
    {
      row: 'always when windows overlap',
      annotations: { [UPDATE_WINDOW_ANNOTATION]: '0 * * * *; 2h' },
      at: '2026-11-20T21:30:00.000Z',
      expected: 'now',
    },
    {
      row: 'not while it is held',
      annotations: HELD,
      at: '2026-11-30T23:59:59.999Z',
      expected: 'hold 2026-12-01T00:00:00.000Z',
    },
    { row: 'when the hold expires', annotations: HELD, at: '2026-12-01T00:00:00.000Z', expected: 'now' },
    {
      row: 'when a newer one than the held one is there',
      annotations: HELD,
      at: '2026-11-20T10:00:00Z',
      image: B,
      expected: 'now',
    },
    {
      row: 'not in a window that opens before it is old enough',
      annotations: { ...AGED, ...NIGHTS },
      at: '2026-11-20T21:30:00.000Z',
      created: '2026-11-20T21:00:00.000Z',
      expected: 'minimum-age 2026-11-20T23:00:00.000Z',
    },
    {
      row: 'in the next window when it is old enough only after this one',
      annotations: { ...AGED, ...NIGHTS },
      at: '2026-11-20T23:30:00.000Z',
      created: '2026-11-20T23:30:00.000Z',
      expected: 'update-window 2026-11-23T21:00:00.000Z',
    },
    {
      row: 'in the first window after the end of its hold',
      annotations: { ...HELD, ...NIGHTS },
      at: '2026-11-20T21:30:00.000Z',
      expected: 'hold 2026-12-01T00:00:00.000Z',
    },
    {
      row: 'never earlier than its minimum age, though it is not held any more',
      annotations: { ...HELD, ...AGED },
      at: '2026-11-20T10:00:00.000Z',
      image: B,
      expected: 'minimum-age 2026-11-20T11:00:00.000Z',
    },
  ])('$row', ({ annotations, at, image, created, expected }) => {
    expect(verdict(annotations, at, image, created)).toBe(expected);
  });
});

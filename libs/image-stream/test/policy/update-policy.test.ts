import { describe, expect, test } from 'vitest';
import { HOLD_ANNOTATION, MINIMUM_AGE_ANNOTATION, UPDATE_WINDOW_ANNOTATION, updatePolicy } from '../../src/index.ts';
import { digest, frozen } from '../fixtures.ts';

const A = digest('a');
const read = (annotations: Record<string, string> | undefined) => updatePolicy(frozen(annotations));

describe('the update policy of an object', () => {
  test.each<{ row: string; annotations: Record<string, string> | undefined }>([
    { row: 'no annotations at all', annotations: undefined },
    { row: 'annotations of others', annotations: { 'image.openshift.io/triggers': '[]', 'example.com/hold': 'x' } },
    { row: 'what this service writes itself', annotations: { 'trigger.tagstream.io/reverted': '{}' } },
  ])('is none with $row', ({ annotations }) => {
    expect(read(annotations)).toEqual({ kind: 'none' });
  });

  test.each<{ row: string; name: string; text: string; policy: object }>([
    { row: 'an age', name: MINIMUM_AGE_ANNOTATION, text: '2h', policy: { minimumAge: { text: '2h', ms: 7_200_000 } } },
    {
      row: 'an age of several units, with white space around',
      name: MINIMUM_AGE_ANNOTATION,
      text: ' 1d2h3m4s\n',
      policy: { minimumAge: { text: '1d2h3m4s', ms: 93_784_000 } },
    },
    {
      row: 'a window in a time zone',
      name: UPDATE_WINDOW_ANNOTATION,
      text: '0 22 * * 1-5; 4h; Europe/Berlin',
      policy: { window: expect.objectContaining({ cron: '0 22 * * 1-5', openMs: 14_400_000, zone: 'Europe/Berlin' }) },
    },
    {
      row: 'a window without a zone is one in UTC',
      name: UPDATE_WINDOW_ANNOTATION,
      text: '@daily;30m',
      policy: { window: expect.objectContaining({ cron: '@daily', openMs: 1_800_000, zone: 'UTC' }) },
    },
    {
      row: 'a hold',
      name: HOLD_ANNOTATION,
      text: `${A} until 2026-12-01T00:00:00Z`,
      policy: { hold: { image: A, untilMs: Date.UTC(2026, 11, 1) } },
    },
    {
      row: 'a hold until a time with an offset',
      name: HOLD_ANNOTATION,
      text: `${A}  until  2026-12-01T01:30+01:30`,
      policy: { hold: { image: A, untilMs: Date.UTC(2026, 11, 1) } },
    },
  ])('reads $row', ({ name, text, policy }) => {
    expect(read({ [name]: text })).toEqual({ kind: 'policy', policy });
  });

  test('is made of all annotations together', () => {
    const parsed = read({
      [MINIMUM_AGE_ANNOTATION]: '1h',
      [UPDATE_WINDOW_ANNOTATION]: '0 22 * * *; 1h',
      [HOLD_ANNOTATION]: `${A} until 2026-12-01T00:00:00Z`,
    });
    expect(parsed).toMatchObject({ policy: { minimumAge: {}, window: {}, hold: {} } });
  });

  test.each<{ row: string; name: string; text: string; says: RegExp }>([
    { row: 'an empty age', name: MINIMUM_AGE_ANNOTATION, text: '', says: /minimum-age: "" is not a duration/ },
    { row: 'an age without a unit', name: MINIMUM_AGE_ANNOTATION, text: '30', says: /"30" is not a duration/ },
    { row: 'an age of nothing', name: MINIMUM_AGE_ANNOTATION, text: '0s', says: /is not a duration/ },
    { row: 'an age of years', name: MINIMUM_AGE_ANNOTATION, text: '9999d', says: /at most 366 days/ },
    { row: 'a negative age', name: MINIMUM_AGE_ANNOTATION, text: '-2h', says: /is not a duration/ },
    { row: 'a window without a duration', name: UPDATE_WINDOW_ANNOTATION, text: '0 22 * * *', says: /"" is not a dur/ },
    {
      row: 'a window of six fields',
      name: UPDATE_WINDOW_ANNOTATION,
      text: '0 0 22 * * *; 1h',
      says: /<minute> <hour>/,
    },
    { row: 'a window of a date', name: UPDATE_WINDOW_ANNOTATION, text: '2026-12-01T00:00:00; 1h', says: /<minute>/ },
    { row: 'a window at the time of reading', name: UPDATE_WINDOW_ANNOTATION, text: '? ? * * *; 1h', says: /<minute>/ },
    { row: 'an hour that does not exist', name: UPDATE_WINDOW_ANNOTATION, text: '0 25 * * *; 1h', says: /no cron/ },
    { row: 'a nickname that does not exist', name: UPDATE_WINDOW_ANNOTATION, text: '@never; 1h', says: /no cron/ },
    { row: 'a day that never comes', name: UPDATE_WINDOW_ANNOTATION, text: '0 0 30 2 *; 1h', says: /never comes/ },
    {
      row: 'a zone that does not exist',
      name: UPDATE_WINDOW_ANNOTATION,
      text: '0 22 * * *; 1h; Mars/Olympus',
      says: /"Mars\/Olympus" is no time zone/,
    },
    {
      row: 'a fourth part',
      name: UPDATE_WINDOW_ANNOTATION,
      text: '0 22 * * *; 1h; UTC; really',
      says: /<time zone>/,
    },
    { row: 'a hold without end', name: HOLD_ANNOTATION, text: A, says: /hold: write "sha256/ },
    { row: 'a hold of a tag', name: HOLD_ANNOTATION, text: 'latest until 2026-12-01T00:00:00Z', says: /write "sha/ },
    { row: 'a hold until a time without zone', name: HOLD_ANNOTATION, text: `${A} until 2026-12-01T00:00`, says: /Z/ },
    {
      row: 'a hold until a day that is none',
      name: HOLD_ANNOTATION,
      text: `${A} until 2026-13-01T00:00:00Z`,
      says: /Z/,
    },
    {
      row: 'a misspelt annotation',
      name: 'trigger.tagstream.io/minimumAge',
      text: '2h',
      says: /^trigger.tagstream.io\/minimumAge: there is no such annotation; there are trigger.tagstream.io\/minimum-age,/,
    },
  ])('is invalid with $row, and says what to write', ({ name, text, says }) => {
    expect(read({ [name]: text })).toEqual({ kind: 'invalid', problems: [expect.stringMatching(says)] });
  });

  test('tells everything that is wrong at once', () => {
    const parsed = read({
      [MINIMUM_AGE_ANNOTATION]: 'x',
      [HOLD_ANNOTATION]: 'y',
      [UPDATE_WINDOW_ANNOTATION]: '@daily;1h',
    });
    expect(parsed).toMatchObject({ kind: 'invalid', problems: { length: 2 } });
  });
});

import type { NamedTagEventList, TagEvent } from '@tagstream/api-types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTagEvent, latestTaggedImage, limitHistory } from '../src/index.ts';
import { failure, frozen, item, status, stream } from './fixtures.ts';

const LATER = '2026-11-21T10:00:00.000Z';
const newest = item('ref', 'image', { generation: 1 });
const next = (reference: string, image: string, generation = 1) =>
  item(reference, image, { generation, created: LATER });

interface MergeRow {
  row: string;
  history: NamedTagEventList | undefined;
  event: TagEvent;
  change: string;
  items: readonly TagEvent[];
}

describe('adding an event to the history of a tag', () => {
  test.each<MergeRow>([
    {
      row: '#1 makes an entry for a tag that has none',
      history: undefined,
      event: next('ref', 'image'),
      change: 'new-item',
      items: [next('ref', 'image')],
    },
    {
      row: '#2 fills an entry without items',
      history: status('latest', []),
      event: next('ref', 'image'),
      change: 'new-item',
      items: [next('ref', 'image')],
    },
    {
      row: '#2 fills an entry whose items are null, as a condition leaves it',
      history: status('latest', null, { conditions: [failure(1)] }),
      event: next('ref', 'image'),
      change: 'new-item',
      items: [next('ref', 'image')],
    },
    {
      row: '#3 changes nothing when reference, image and generation are the same',
      history: status('latest', [newest]),
      event: next('ref', 'image'),
      change: 'none',
      items: [newest],
    },
    {
      row: '#4 replaces the image in place under the same reference',
      history: status('latest', [newest]),
      event: next('ref', 'newimage', 2),
      change: 'in-place',
      items: [{ ...newest, image: 'newimage', generation: 2 }],
    },
    {
      row: '#5 replaces the reference in place for the same image',
      history: status('latest', [newest]),
      event: next('newref', 'image', 2),
      change: 'in-place',
      items: [{ ...newest, dockerImageReference: 'newref', generation: 2 }],
    },
    {
      row: '#6 puts a new item in front when both differ',
      history: status('latest', [newest]),
      event: next('newref', 'newimage'),
      change: 'new-item',
      items: [next('newref', 'newimage'), newest],
    },
    {
      row: '#7 takes a newer generation over in place and keeps created',
      history: status('latest', [newest], { conditions: [failure(1)] }),
      event: next('ref', 'image', 2),
      change: 'generation',
      items: [{ ...newest, generation: 2 }],
    },
    {
      row: '#8 keeps A, B, A as three items',
      history: status('latest', [item('b', 'B', { created: '2026-11-20T10:00:00.000Z' }), item('a', 'A')]),
      event: next('a', 'A'),
      change: 'new-item',
      items: [next('a', 'A'), item('b', 'B', { created: '2026-11-20T10:00:00.000Z' }), item('a', 'A')],
    },
    {
      row: 'an image that becomes known under the same reference is filled in',
      history: status('latest', [item('ref', '')]),
      event: next('ref', 'image'),
      change: 'in-place',
      items: [item('ref', 'image')],
    },
  ])('$row', ({ history, event, change, items }) => {
    const result = addTagEvent('latest', frozen(history), frozen(event));
    expect(result.change).toBe(change);
    expect(result.history.items).toEqual(items);
    expect(result.history.tag).toBe('latest');
  });

  test('every change clears the conditions, an event that changes nothing keeps them', () => {
    const failed = frozen(status('latest', [newest], { conditions: [failure(1)] }));
    for (const event of [next('ref', 'image', 2), next('ref', 'x'), next('x', 'image'), next('x', 'x')]) {
      expect(addTagEvent('latest', failed, event).history.conditions).toBeUndefined();
    }
    expect(addTagEvent('latest', failed, next('ref', 'image')).history.conditions).toEqual([failure(1)]);
  });

  test('an event of the same or an earlier instant gets the first free millisecond', () => {
    const history = status('latest', [newest]);
    const created = (at: string) => addTagEvent('latest', history, item('b', 'B', { created: at })).history.items?.[0];
    expect(created('2026-11-20T09:00:00.000Z')?.created).toBe('2026-11-20T09:00:00.001Z');
    expect(created('2020-01-01T00:00:00Z')?.created).toBe('2026-11-20T09:00:00.001Z');
    expect(created('2026-11-20T09:00:01Z')?.created).toBe('2026-11-20T09:00:01Z');
  });

  test('created grows strictly along any history, and no item is ever lost', () => {
    const events = fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 5 }),
        reference: fc.constantFrom('r1', 'r2'),
        image: fc.constantFrom('', 'i1', 'i2'),
        generation: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(events, (list) => {
        let history: NamedTagEventList | undefined;
        let added = 0;
        for (const { at, reference, image, generation } of list) {
          const created = new Date(Date.UTC(2026, 0, 1) + at).toISOString();
          const result = addTagEvent('t', history, { created, dockerImageReference: reference, image, generation });
          if (result.change === 'new-item') added += 1;
          history = result.history;
          expect(history.items?.[0]).toMatchObject({ dockerImageReference: reference, image, generation });
        }
        const times = (history?.items ?? []).map(({ created }) => Date.parse(created));
        expect(times).toHaveLength(added);
        expect(times.every((time, index) => index === 0 || time < (times[index - 1] ?? 0))).toBe(true);
      }),
    );
  });
});

describe('the newest image of a tag', () => {
  const foo = stream({ status: [status('latest', [newest])] });

  test('#9 is none for a tag that does not exist', () => {
    expect(latestTaggedImage(foo, 'foo')).toBeUndefined();
  });

  test('#10 is that of latest when no tag is named', () => {
    expect(latestTaggedImage(foo, '')).toEqual(newest);
  });
});

describe('limiting a history', () => {
  const items = ['d', 'c', 'b', 'a'].map((name) => item(name, name));
  const names = (list: readonly TagEvent[]) => list.map(({ image }) => image).join('');

  test.each([
    { row: 'keeps the newest items', max: 2, keep: '', expected: 'dc' },
    { row: 'keeps the newest item whatever the limit', max: 0, keep: '', expected: 'd' },
    { row: 'never drops what must be kept, and keeps the order', max: 1, keep: 'b', expected: 'db' },
    { row: 'keeps everything below the limit', max: 9, keep: '', expected: 'dcba' },
  ])('$row', ({ max, keep, expected }) => {
    expect(names(limitHistory(items, { max, keep: ({ image }) => image === keep }))).toBe(expected);
    if (keep === '') expect(names(limitHistory(items, { max }))).toBe(expected);
  });

  test('keeps one item of an image, however often the tag came back to it', () => {
    const back = ['a', 'b', 'a', 'b', 'a', 'c'].map((name, index) => item(`${name}${index}`, name));
    expect(limitHistory(back, { max: 1, keep: () => true })).toEqual([back[0], back[1], back[5]]);
  });
});

import type { TagEvent } from '@tagstream/api-types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addTagEvent, isInHistory, type LastPublished, tagUpdatedData, unpublishedItems } from '../src/index.ts';
import { digest, imported, stream, UID } from './fixtures.ts';

const at = (minute: number) => `2026-11-20T09:0${minute}:00.000Z`;
const a = imported('r/web', 'a', { created: at(1) });
const b = imported('r/web', 'b', { created: at(2) });
const c = imported('r/web', 'c', { created: at(3) });
const newestFirst = [c, b, a];

const published = (item: TagEvent, more: Partial<LastPublished> = {}): LastPublished => ({
  streamUid: UID,
  created: item.created,
  image: item.image,
  reference: item.dockerImageReference,
  generation: item.generation,
  ...more,
});
const target = (item: TagEvent) => ({ image: item.image, reference: item.dockerImageReference });

describe('which events of a tag are missing', () => {
  interface Row {
    row: string;
    items: readonly TagEvent[];
    last: LastPublished | undefined;
    missing: readonly { item: TagEvent; previous: object | null }[];
  }
  const changedB = { ...b, image: digest('d') };
  const all = [
    { item: a, previous: null },
    { item: b, previous: target(a) },
    { item: c, previous: target(b) },
  ];
  const afterA = all.slice(1);

  test.each<Row>([
    { row: 'all of them, oldest first, when nothing was published', items: newestFirst, last: undefined, missing: all },
    {
      row: 'all of them when the last event is about the stream that was here before',
      items: newestFirst,
      last: published(b, { streamUid: 'former' }),
      missing: all,
    },
    { row: 'none when the newest item was published', items: newestFirst, last: published(c), missing: [] },
    { row: 'everything after the published item', items: newestFirst, last: published(a), missing: afterA },
    {
      row: 'the item that changed in place since its event, and everything after it',
      items: [c, changedB, a],
      last: published(b),
      missing: [
        { item: changedB, previous: target(b) },
        { item: c, previous: target(changedB) },
      ],
    },
    {
      row: 'what was created later when the published item was dropped from the history',
      items: [c, b],
      last: published(a),
      missing: afterA,
    },
    {
      row: 'none when the history ends before the last event, as in a read that is too old',
      items: [b, a],
      last: published(c),
      missing: [],
    },
    {
      row: 'none when the published item was changed in place after the history was read',
      items: [b, a],
      last: published({ ...changedB, generation: 2 }),
      missing: [],
    },
    { row: 'none of an empty history', items: [], last: published(c), missing: [] },
    {
      row: 'none when only the generation of the published item moved',
      items: [{ ...c, generation: 9 }, b],
      last: published(c),
      missing: [],
    },
    {
      row: 'the second A of A, B, A, when the first was published last but one',
      items: [{ ...a, created: at(4) }, b, a],
      last: published(b),
      missing: [{ item: { ...a, created: at(4) }, previous: target(b) }],
    },
  ])('$row', ({ items, last, missing }) => {
    expect(unpublishedItems(UID, items, last)).toEqual(missing);
  });

  test.each<Row>([
    {
      row: 'the newest item of a tag that was set back to it',
      items: [b, a],
      last: published(c),
      missing: [{ item: b, previous: target(c) }],
    },
    {
      row: 'the item of a tag that was removed and made anew as a copy of something older',
      items: [a],
      last: published(c),
      missing: [{ item: a, previous: target(c) }],
    },
    {
      row: 'the newest item when an earlier generation of it was brought back',
      items: [b, a],
      last: published({ ...changedB, generation: 2 }),
      missing: [{ item: b, previous: target(changedB) }],
    },
    {
      row: 'only what is newer when there is such a thing',
      items: [c, a],
      last: published(b),
      missing: [{ item: c, previous: target(b) }],
    },
    { row: 'none when the newest item was published', items: newestFirst, last: published(c), missing: [] },
    { row: 'none of an empty history', items: [], last: published(c), missing: [] },
  ])('in a history that was read after the last event: $row', ({ items, last, missing }) => {
    expect(unpublishedItems(UID, items, last, { readAfterLast: true })).toEqual(missing);
  });

  test.each([
    { row: 'the published item is in it', items: newestFirst, last: published(b), known: true },
    { row: 'the published item is not in it', items: [b, a], last: published(c), known: false },
    { row: 'the published item says something else now', items: [c, changedB, a], last: published(b), known: false },
    {
      row: 'the event is about a former stream',
      items: [c],
      last: published(c, { streamUid: 'former' }),
      known: false,
    },
  ])('a history knows its last event or not: $row', ({ items, last, known }) => {
    expect(isInHistory(UID, items, last)).toBe(known);
  });

  test('publishing what is missing, whenever, makes every change one event and previous a chain', () => {
    const changes = fc.array(fc.record({ image: fc.constantFrom('a', 'b', 'c'), publish: fc.boolean() }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(changes, (list) => {
        let items: readonly TagEvent[] = [];
        const events: { item: TagEvent; previous: object | null }[] = [];
        const expected: string[] = [];
        for (const { image, publish } of list) {
          const merged = addTagEvent(
            't',
            { tag: 't', items: [...items] },
            imported('r/web', image, { created: at(1) }),
          );
          if (merged.change === 'new-item') expected.push(digest(image));
          items = merged.history.items ?? [];
          const last = events.at(-1);
          if (publish) events.push(...unpublishedItems(UID, items, last && published(last.item)));
        }
        const last = events.at(-1);
        events.push(...unpublishedItems(UID, items, last && published(last.item)));
        expect(events.map(({ item }) => item.image)).toEqual(expected);
        expect(events.map(({ previous }) => previous)).toEqual([
          null,
          ...events.slice(0, -1).map(({ item }) => target(item)),
        ]);
      }),
    );
  });
});

describe('the data of a tag-updated event', () => {
  const web = stream({});
  const context = { cause: 'webhook', observedAt: at(5) };

  test('says what the tag points to, what it pointed to before, and which entry of the history it is', () => {
    expect(tagUpdatedData(web, 'latest', { item: c, previous: target(b) }, context)).toEqual({
      namespace: 'shop',
      stream: 'web',
      streamUid: UID,
      tag: 'latest',
      image: c.image,
      reference: c.dockerImageReference,
      previous: target(b),
      generation: 1,
      created: at(3),
      cause: 'webhook',
      observedAt: at(5),
    });
  });

  test('carries the announcement of the push when there is one', () => {
    const hint = { deliveryId: 'd1', receivedAt: at(4) };
    expect(tagUpdatedData(web, 'latest', { item: a, previous: null }, { ...context, hint })).toMatchObject({ hint });
  });

  test('cannot be made for a stream without uid', () => {
    const made = { ...web, metadata: { name: 'web' } };
    expect(() => tagUpdatedData(made, 'latest', { item: a, previous: null }, context)).toThrow(/has no uid/);
  });
});

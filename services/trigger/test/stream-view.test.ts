import type { ImageStream } from '@tagstream/api-types';
import { TagUpdated } from '@tagstream/events';
import { reconcileSpecTags, tagUpdatedData } from '@tagstream/image-stream';
import { describe, expect, test } from 'vitest';
import { viewStream } from '../src/stream/stream-view.ts';
import { at, follows, item, stream } from './support/streams.ts';

describe('what is kept of a stream', () => {
  test('its key, and for each tag the id of the event of its newest item', () => {
    const web = stream({ tags: { latest: [item('b', 2), item('a', 1)], failed: [] } });
    const event = tagUpdatedData(
      web,
      'latest',
      { item: item('b', 2), previous: null },
      { cause: 'tag', observedAt: at(9) },
    );
    expect(viewStream(web, {})).toMatchObject({
      id: 'shop/web',
      newest: new Map([['latest', TagUpdated.id(event as typeof TagUpdated.sample)]]),
    });
  });

  const idOf = (uid: string, ...[hexDigit, second, more]: Parameters<typeof item>) =>
    viewStream(stream({ uid, tags: { latest: [item(hexDigit, second, more)] } }), {}).newest.get('latest');
  const known = idOf('uid-1', 'a', 1);

  test.each([
    { row: 'another item', id: idOf('uid-1', 'a', 2) },
    { row: 'an item that was changed in place', id: idOf('uid-1', 'a', 1, { dockerImageReference: 'mirror/web' }) },
    { row: 'another stream of the same name', id: idOf('uid-2', 'a', 1) },
  ])('is another id for $row', ({ id }) => {
    expect(id).not.toBe(known);
  });

  test('is the same id when only the generation moved', () => {
    expect(idOf('uid-1', 'a', 1, { generation: 7 })).toBe(known);
  });
});

describe('whether the status answers to the spec', () => {
  const reference = { ...follows('pinned', 'registry.example.com/web:1'), reference: true };
  const copy = follows('copied', 'other:1', 'ImageStreamTag');
  const isPending = (source: ImageStream, registry = {}) => viewStream(source, registry).specPending;

  test('it does not before a tag that needs no registry is recorded, and does then', () => {
    const web = stream({ spec: [reference] });
    expect(isPending(web)).toBe(true);
    const { status } = reconcileSpecTags(web, { lookupStream: () => undefined, now: at(1) });
    expect(isPending({ ...web, status: status ?? null })).toBe(false);
  });

  test('it does not while a copy waits for its source', () => {
    const web = stream({ spec: [copy] });
    const { status } = reconcileSpecTags(web, { lookupStream: () => undefined, now: at(1) });
    expect(isPending({ ...web, status: status ?? null })).toBe(true);
  });

  test('tags to import are others’ business', () => {
    expect(isPending(stream({ spec: [follows('latest', 'registry.example.com/web')] }))).toBe(false);
  });

  test('it does not while a repository is missing or no longer right', () => {
    const registry = { internalHost: 'registry.local:5000' };
    const dockerImageRepository = 'registry.local:5000/shop/web';
    expect(isPending(stream(), registry)).toBe(true);
    expect(isPending({ ...stream(), status: { dockerImageRepository } }, registry)).toBe(false);
    expect(isPending({ ...stream(), status: { dockerImageRepository } })).toBe(true);
    expect(isPending(stream())).toBe(false);
  });
});

import { type ImageStream, normalizeTag, specTags, type TagReference } from '@tagstream/api-types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { followersOf, newestItem, trackedTag } from '../src/index.ts';
import { statusTagsOf, statusWith } from '../src/status-tags.ts';
import { propagateToFollowers } from '../src/tracking.ts';
import { alias, docker, frozen, imported, NAMESPACE, snapshot, status, stream } from './fixtures.ts';

describe('which tag a spec tag follows', () => {
  const ruby = stream({ name: 'ruby' });

  test.each<{ row: string; tag: TagReference; followed: string | undefined }>([
    { row: '#16 none without from', tag: { name: 'latest' }, followed: undefined },
    { row: '#17 none for an ImageStreamImage', tag: snapshot('latest', 'ruby@aa'), followed: undefined },
    { row: '#18 none in another namespace', tag: alias('latest', 'ruby:2.0', 'other'), followed: undefined },
    { row: '#19 a bare tag name', tag: alias('latest', '2.0'), followed: '2.0' },
    { row: '#20 a tag of the stream by its own name', tag: alias('latest', 'ruby:2.0'), followed: '2.0' },
    { row: 'none in another stream', tag: alias('latest', 'python:2.0'), followed: undefined },
    { row: 'the own namespace written out', tag: alias('latest', 'ruby:2.0', NAMESPACE), followed: '2.0' },
    { row: 'none for a name with two colons', tag: alias('latest', 'ruby:2:0'), followed: undefined },
    { row: 'none for a DockerImage', tag: docker('latest', 'ruby:2.0'), followed: undefined },
  ])('$row', ({ tag, followed }) => {
    expect(trackedTag(ruby, normalizeTag(tag, NAMESPACE))).toBe(followed);
  });
});

describe('handing a new item on to the tags that follow', () => {
  const event = imported('r/ruby', 'b', { created: '2026-11-21T10:00:00.000Z', generation: 3 });
  const old = imported('r/ruby', 'a');
  const propagate = (from: ImageStream, changed: string[]) => {
    const outcome = propagateToFollowers(frozen(from), statusTagsOf(from), changed);
    const newest = Object.fromEntries([...outcome.tags].map(([tag, entry]) => [tag, newestItem(entry)]));
    return { newest, changedTags: outcome.changedTags };
  };

  test('#19 #20 a follower by bare tag or by stream name gets the event', () => {
    const ruby = stream({
      name: 'ruby',
      spec: [docker('2.0', 'r/ruby:2'), alias('a', '2.0'), alias('b', 'ruby:2.0')],
      status: [status('2.0', [event])],
    });
    expect(propagate(ruby, ['2.0'])).toEqual({
      newest: { '2.0': event, a: event, b: event },
      changedTags: ['a', 'b'],
    });
  });

  test('#21 #23 exactly the tags that follow are updated', () => {
    const ruby = stream({
      name: 'ruby',
      spec: [
        alias('tracking', '2.0'),
        alias('tracking2', 'ruby:2.0'),
        alias('other', '1.0'),
        docker('1.0', 'r/ruby:1'),
      ],
      status: [
        status('2.0', [event]),
        status('1.0', [old]),
        status('other', [old]),
        status('tracking', [old]),
        status('tracking2', [old]),
      ],
    });
    expect(propagate(ruby, ['2.0'])).toEqual({
      newest: { '2.0': event, '1.0': old, other: old, tracking: event, tracking2: event },
      changedTags: ['tracking', 'tracking2'],
    });
  });

  test('#22 the same image again changes nothing', () => {
    const ruby = stream({
      spec: [alias('latest', '2.0')],
      status: [status('2.0', [event]), status('latest', [event])],
    });
    expect(propagate(ruby, ['2.0']).changedTags).toEqual([]);
  });

  test('a chain is followed to its end whatever the names are', () => {
    const chain = stream({
      spec: [alias('a', 'b'), alias('b', 'c'), alias('c', 'd'), alias('z', 'a')],
      status: [status('d', [event])],
    });
    expect(propagate(chain, ['d']).changedTags.toSorted()).toEqual(['a', 'b', 'c', 'z']);
    expect(followersOf(chain, 'd')).toEqual(['c', 'b', 'a', 'z']);
  });

  test('the news goes round a cycle once, and ends at the tag it came from', () => {
    const cycle = stream({
      spec: [alias('a', 'c'), alias('b', 'a'), alias('c', 'b')],
      status: [status('a', [old]), status('b', [old]), status('c', [event, old])],
    });
    expect(propagate(cycle, ['c'])).toEqual({ newest: { a: event, b: event, c: event }, changedTags: ['a', 'b'] });
    expect(followersOf(cycle, 'c')).toEqual(['a', 'b']);
  });

  test('a tag that follows itself is left alone', () => {
    const self = stream({ spec: [alias('a', 'a')], status: [status('a', [event])] });
    expect(propagate(self, ['a'])).toEqual({ newest: { a: event }, changedTags: [] });
  });

  test('a follower whose spec is newer than the event gets its own generation', () => {
    const ruby = stream({ generation: 7, spec: [alias('latest', '2.0')], status: [status('2.0', [event])] });
    expect(propagate(ruby, ['2.0']).newest.latest?.generation).toBe(7);
  });

  test('ends with every follower of a change having what its source has, and changes nothing when repeated', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const graphs = fc.record({
      sources: fc.array(fc.option(fc.constantFrom(...names), { nil: undefined }), { minLength: 6, maxLength: 6 }),
      images: fc.array(fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined }), { minLength: 6, maxLength: 6 }),
      changed: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(graphs, ({ sources, images, changed }) => {
        const spec = names.flatMap((name, n) => (sources[n] === undefined ? [] : [alias(name, sources[n])]));
        const tags = names.flatMap((name, n) =>
          images[n] === undefined ? [] : [status(name, [imported('r/web', images[n])])],
        );
        const before = stream({ generation: 4, spec, status: tags });
        const once = propagateToFollowers(before, statusTagsOf(before), changed);
        const after = { ...before, status: statusWith(before, once.tags) };
        expect(propagateToFollowers(after, statusTagsOf(after), changed).changedTags).toEqual([]);

        const withItem = changed.filter((name) => newestItem(statusTagsOf(before).get(name)) !== undefined);
        const moved = new Set(withItem.flatMap((name) => [name, ...followersOf(before, name)]));
        for (const tag of specTags(before)) {
          const source = trackedTag(before, tag) ?? '';
          const item = newestItem(once.tags.get(source));
          if (!moved.has(source) || item === undefined) continue;
          expect(newestItem(once.tags.get(tag.name))?.image).toBe(item.image);
        }
      }),
      { numRuns: 500 },
    );
  });
});

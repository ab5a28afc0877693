import type { ImageStream, NamedTagEventList } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import {
  applyRegistryPoll,
  basedOnItem,
  newestItem,
  type RegistryObservation,
  reconcileSpecTags,
  resolveIntent,
  resolveTag,
  tagsToImport,
} from '../src/index.ts';
import { findStatusTag } from '../src/status-tags.ts';
import { alias, digest, docker, failure, frozen, imported, NOW, settled, status, stream, UID } from './fixtures.ts';

const OWN = 'registry.local:5000/shop/web';

/** What a poller tells of a tag of the stream's own repository, having seen the stream as it is. */
function pushTo(of: ImageStream, tag: string, hexDigit: string): RegistryObservation {
  const before = findStatusTag(of, tag);
  return {
    streamUid: UID,
    tag,
    specHash: 'pushed',
    specGeneration: 0,
    basedOn: basedOnItem(newestItem(before)),
    pushed: { replaces: before?.pushedImage ?? null },
    outcome: { kind: 'image', image: digest(hexDigit), reference: `${OWN}@${digest(hexDigit)}` },
  };
}

function apply(of: ImageStream, observation: RegistryObservation, now = NOW, historyLimit?: { max: number }) {
  const result = applyRegistryPoll(frozen(of), frozen(observation), { now, ...(historyLimit && { historyLimit }) });
  const after: ImageStream = result.kind === 'applied' ? { ...of, status: result.status } : of;
  return { result, after, tag: (name: string) => findStatusTag(after, name) };
}

const imagesOf = (entry: NamedTagEventList | undefined) =>
  (entry?.items ?? []).map(({ image, generation }) => `${image.slice(-1)}${generation}`).join(' ');

const pushedItem = (hexDigit: string, generation: number) => imported(OWN, hexDigit, { created: NOW, generation });
const latest = docker('latest', 'r/web:latest');
const imports = (hexDigit: string, generation = 2) => imported('r/web', hexDigit, { generation });

describe('a push into the repository of a stream', () => {
  test('becomes the first item of a tag that the spec does not name, and the spec stays as it is', () => {
    const empty = stream({ generation: 3 });
    const { result, after, tag } = apply(empty, pushTo(empty, 'v1', 'a'));
    expect(result).toMatchObject({ kind: 'applied', changedTags: ['v1'] });
    expect(tag('v1')).toEqual({ tag: 'v1', items: [pushedItem('a', 3)], pushedImage: digest('a') });
    expect(after.spec).toEqual(empty.spec);
  });

  test('becomes the newest item of a tag that the spec names without a source', () => {
    const named = stream({ generation: 2, spec: [{ name: 'latest', referencePolicy: { type: 'Local' } }] });
    const once = apply(named, pushTo(named, 'latest', 'a'));
    const twice = apply(once.after, pushTo(once.after, 'latest', 'b'));
    expect(imagesOf(twice.tag('latest'))).toBe('b2 a2');
    expect(tagsToImport(twice.after)).toEqual([]);
  });

  test('#92 is ahead of the spec with the generation of the stream, and its reference is handed out', () => {
    const before = stream({
      generation: 5,
      spec: [latest],
      status: [settled(latest, 4, [imports('a', 4)])],
    });
    const { after, tag } = apply(before, pushTo(before, 'latest', 'b'));
    expect(imagesOf(tag('latest'))).toBe('b5 a4');
    expect(resolveTag(after, 'latest')?.reference).toBe(`${OWN}@${digest('b')}`);
    for (const view of ['most-recent', 'newest-intent'] as const) {
      expect(resolveIntent(after, 'latest', { view })).toMatchObject({ kind: 'item', hasNewer: false });
    }
  });

  test('#23 reaches both tags that follow, and no other one', () => {
    const old = imported('r/web', 'c');
    const ruby = stream({
      spec: [alias('tracking', '2.0'), alias('tracking2', 'web:2.0'), docker('other', 'r/web:other')],
      status: [
        status('2.0', [old]),
        settled(docker('other', 'r/web:other'), 1, [old]),
        settled(alias('tracking', '2.0'), 1, [old]),
      ],
    });
    const { result, after, tag } = apply(ruby, pushTo(ruby, '2.0', 'a'));
    expect(result).toMatchObject({ changedTags: ['2.0', 'tracking', 'tracking2'] });
    for (const name of ['2.0', 'tracking', 'tracking2']) {
      expect(newestItem(tag(name))).toEqual(pushedItem('a', 1));
    }
    expect(tag('other')).toEqual(findStatusTag(ruby, 'other'));
    expect(tag('tracking')?.pushedImage).toBeUndefined();
    const reconciled = reconcileSpecTags(after, { lookupStream: () => undefined, now: NOW });
    expect(reconciled.status).toBeUndefined();
  });

  test('into a tag that follows another one holds until that one moves', () => {
    const before = stream({ spec: [latest, alias('prod', 'latest')], status: [settled(latest, 1, [imports('a', 1)])] });
    const followed = reconcileSpecTags(before, { lookupStream: () => undefined, now: NOW });
    const following = { ...before, status: followed.status ?? null };
    const { after, tag } = apply(following, pushTo(following, 'prod', 'b'));
    expect(newestItem(tag('prod'))?.image).toBe(digest('b'));
    expect(newestItem(tag('latest'))?.image).toBe(digest('a'));
    expect(reconcileSpecTags(after, { lookupStream: () => undefined, now: NOW }).status).toBeUndefined();
    const moved = apply(after, pushTo(after, 'latest', 'c'));
    expect(newestItem(moved.tag('prod'))?.image).toBe(digest('c'));
  });

  test('into a tag whose import is still to be made answers to that, as an item of its generation does', () => {
    const fresh = stream({ generation: 2, spec: [latest] });
    expect(tagsToImport(fresh)).toHaveLength(1);
    const { after } = apply(fresh, pushTo(fresh, 'latest', 'b'));
    expect(tagsToImport(after)).toEqual([]);
    expect(tagsToImport({ ...after, metadata: { ...after.metadata, generation: 3 } })).toEqual([]);
  });

  test('clears the failed import of a tag, and the failure stays answered', () => {
    const failed = stream({
      generation: 2,
      spec: [latest],
      status: [{ ...settled(latest, 2, []), conditions: [failure(2)] }],
    });
    const { after, tag } = apply(failed, pushTo(failed, 'latest', 'b'));
    expect(tag('latest')?.conditions).toBeUndefined();
    expect(tagsToImport(after)).toEqual([]);
  });

  test('of the image that an import recorded changes the reference in place', () => {
    const before = stream({ generation: 2, spec: [latest], status: [settled(latest, 2, [imports('a')])] });
    const { result, tag } = apply(before, pushTo(before, 'latest', 'a'));
    expect(result).toMatchObject({ changedTags: ['latest'] });
    expect(tag('latest')?.items).toEqual([{ ...imports('a'), dockerImageReference: `${OWN}@${digest('a')}` }]);
  });

  test('of an image that the tag had before is another item', () => {
    let current = stream({});
    for (const image of ['a', 'b', 'a']) current = apply(current, pushTo(current, 'v1', image)).after;
    expect(imagesOf(findStatusTag(current, 'v1'))).toBe('a1 b1 a1');
  });

  test('obeys the limit of the history', () => {
    let current = stream({});
    for (const image of ['a', 'b', 'c']) {
      current = apply(current, pushTo(current, 'v1', image), NOW, { max: 2 }).after;
    }
    expect(imagesOf(findStatusTag(current, 'v1'))).toBe('c1 b1');
  });
});

describe('an observation of the repository of a stream', () => {
  const before = stream({ generation: 2, spec: [latest], status: [settled(latest, 2, [imports('a')])] });
  const pushed = apply(before, pushTo(before, 'latest', 'b')).after;

  test('that repeats what was taken over changes nothing, also when an import has moved the tag since', () => {
    expect(apply(pushed, pushTo(pushed, 'latest', 'b')).result).toEqual({ kind: 'unchanged' });
    const back: RegistryObservation = {
      ...pushTo(pushed, 'latest', 'c'),
      specHash: settled(latest, 2, []).observedSpec?.hash ?? '',
      specGeneration: 2,
      outcome: { kind: 'image', image: digest('c'), reference: `r/web@${digest('c')}` },
    };
    const { pushed: _not, ...imported } = back;
    const { after, tag } = apply(pushed, imported);
    expect(imagesOf(tag('latest'))).toBe('c2 b2 a2');
    expect(apply(after, pushTo(after, 'latest', 'b')).result).toEqual({ kind: 'unchanged' });
  });

  test('#150 counts although the stream changed meanwhile, when the tag did not', () => {
    const seen = pushTo(before, 'latest', 'b');
    const edited = {
      ...before,
      metadata: { ...before.metadata, generation: 3 },
      spec: { tags: [latest, docker('x', 'r/x')] },
    };
    expect(apply(edited, seen).result.kind).toBe('applied');
  });

  test('#151 is overtaken when the tag changed meanwhile', () => {
    const seen = pushTo(before, 'latest', 'c');
    expect(apply(pushed, seen).result).toEqual({ kind: 'stale', why: 'newer-item' });
  });

  test('is overtaken when another push was taken over that left the newest item as it was', () => {
    const own = stream({ status: [status('v1', [imported(OWN, 'a')])] });
    const seen = pushTo(own, 'v1', 'b');
    const { after } = apply(own, pushTo(own, 'v1', 'a'));
    expect(newestItem(findStatusTag(after, 'v1'))).toEqual(newestItem(findStatusTag(own, 'v1')));
    expect(apply(after, seen).result).toEqual({ kind: 'stale', why: 'newer-item' });
  });

  test('of a stream that was deleted and created again is dropped', () => {
    const seen = { ...pushTo(before, 'latest', 'b'), streamUid: 'another' };
    expect(apply(before, seen).result).toEqual({ kind: 'stale', why: 'other-stream' });
  });

  test('that failed is no failed import', () => {
    const outcome = { kind: 'error', reason: 'NotFound', message: 'gone' } as const;
    expect(apply(pushed, { ...pushTo(pushed, 'latest', 'b'), outcome }).result).toEqual({ kind: 'unchanged' });
  });

  test('#152 refers to the repository of this stream, whatever else the image was imported from', () => {
    const elsewhere = stream({ status: [status('v1', [imported('r/other', 'b')])] });
    const { tag } = apply(elsewhere, pushTo(elsewhere, 'v1', 'b'));
    expect(newestItem(tag('v1'))?.dockerImageReference).toBe(`${OWN}@${digest('b')}`);
  });
});

import type { ImageStream, NamedTagEventList, TagReference } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { newestItem, type ReconcileOptions, reconcileSpecTags } from '../src/index.ts';
import { findStatusTag } from '../src/status-tags.ts';
import {
  alias,
  digest,
  docker,
  failure,
  frozen,
  imported,
  item,
  NAMESPACE,
  NOW,
  settled,
  snapshot,
  status,
  stream,
} from './fixtures.ts';

/** Reconciles and returns the stream as it is afterwards, with the result; the other streams are found by name. */
function reconcile(of: ImageStream, others: readonly ImageStream[] = [], more: Partial<ReconcileOptions> = {}) {
  const lookupStream = (namespace: string, name: string) =>
    others.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const result = reconcileSpecTags(frozen(of), { lookupStream, now: NOW, ...more });
  const after: ImageStream = result.status === undefined ? of : { ...of, status: result.status };
  return { result, after, tag: (name: string) => findStatusTag(after, name) };
}

const a = imported('r/web', 'a');
const b = imported('r/web', 'b', { created: '2026-11-20T10:00:00.000Z' });

describe('spec tags that are resolved without a registry', () => {
  test('#24 a reference tag is recorded as it is, without an image, and other histories stay', () => {
    const other = status('other', [a]);
    const of = stream({ generation: 3, spec: [docker('ref', 'r/web:1', { reference: true })], status: [other] });
    const { result, tag } = reconcile(of);
    expect(result.changedTags).toEqual(['ref']);
    expect(tag('ref')?.items).toEqual([item('r/web:1', '', { created: NOW, generation: 3 })]);
    expect(tag('other')).toBe(other);
  });

  test.each<{ row: string; tag: TagReference }>([
    { row: '#25 a DockerImage to import', tag: docker('latest', 'r/web') },
    { row: '#26 a tag without source', tag: { name: 'latest' } },
    { row: '#34 an ImageStreamTag of a tag without items', tag: alias('latest', 'empty') },
  ])('$row gets no status', ({ tag }) => {
    const { result } = reconcile(stream({ spec: [tag] }));
    expect(result).toEqual({ status: undefined, changedTags: [], errors: [], waitingFor: [] });
  });

  test('#27 unchanged tags keep their histories, and nothing is written', () => {
    const spec = [docker('ref', 'r/web:1', { reference: true }), alias('follow', 'ref'), docker('latest', 'r/web')];
    const [ref = docker('', ''), follow = docker('', '')] = spec;
    const of = stream({
      generation: 9,
      spec,
      status: [settled(follow, 2, [a]), settled(ref, 1, [item('r/web:1', '')])],
    });
    expect(reconcile(of).result.status).toBeUndefined();
  });

  test('#28 a tag that becomes a reference to what it points to loses its image in place', () => {
    const of = stream({
      generation: 2,
      spec: [docker('latest', 'r/web:1', { reference: true })],
      status: [settled(docker('latest', 'r/web:1'), 1, [item('r/web:1', digest('a'))])],
    });
    expect(reconcile(of).tag('latest')?.items).toEqual([item('r/web:1', '', { generation: 2 })]);
  });

  test('#29 a tag that becomes another reference keeps its history', () => {
    const of = stream({
      generation: 2,
      spec: [docker('latest', 'R2', { reference: true }), docker('two', 'r/two', { reference: true })],
      status: [settled(docker('two', 'r/one'), 1, [item('r/one', digest('a'))])],
    });
    const { result, tag } = reconcile(of);
    expect(tag('two')?.items).toEqual([item('r/two', '', { created: NOW, generation: 2 }), item('r/one', digest('a'))]);
    expect(result.errors).toMatchObject([{ tag: 'latest', reason: 'Invalid' }]);
  });

  test('#30 a new tag that follows one of its stream starts with its image, created when that was', () => {
    const of = stream({ generation: 4, spec: [alias('latest', 'web:other')], status: [status('other', [b, a])] });
    const { tag } = reconcile(of);
    expect(tag('latest')?.items).toEqual([{ ...b, generation: 4 }]);
    expect(tag('other')?.items).toEqual([b, a]);
  });

  test('#31 a tag that is switched to an older image takes its followers along', () => {
    const spec = [snapshot('t1', `web@${digest('a')}`), alias('t2', 't1')];
    const of = stream({
      generation: 2,
      spec,
      status: [settled(docker('t1', 'r/web:1'), 1, [b, a]), settled(alias('t2', 't1'), 1, [b, a])],
    });
    const { result, tag } = reconcile(of);
    expect(result.changedTags).toEqual(['t1', 't2']);
    const back = imported('r/web', 'a', { created: NOW, generation: 2 });
    expect(tag('t1')?.items).toEqual([back, b, a]);
    expect(tag('t2')?.items).toEqual([back, b, a]);
  });

  test('#32 an id that is no digest is found', () => {
    const of = stream({ spec: [snapshot('t', 'web@12345')], status: [status('old', [item('r/web', '12345')])] });
    expect(reconcile(of).tag('t')?.items).toEqual([item('r/web', '12345', { created: NOW })]);
  });

  test('#33 a tag of another stream is copied with reference and image', () => {
    const other = stream({ name: 'other', status: [status('other', [b])] });
    const { tag } = reconcile(stream({ generation: 5, spec: [alias('latest', 'other:other')] }), [other]);
    expect(tag('latest')?.items).toEqual([{ ...b, generation: 5 }]);
  });

  test('a copy from another stream is made once and does not follow', () => {
    const spec = [alias('latest', 'other:other')];
    const first = reconcile(stream({ spec }), [stream({ name: 'other', status: [status('other', [a])] })]);
    const later = reconcile(first.after, [stream({ name: 'other', status: [status('other', [b, a])] })]);
    expect(later.result.status).toBeUndefined();
  });

  test('a copy of a tag that is still empty is made when its source gets an image', () => {
    const spec = [alias('latest', 'other:other')];
    const early = reconcile(stream({ spec }), [stream({ name: 'other' })]);
    expect(early.result.waitingFor).toEqual([{ namespace: NAMESPACE, name: 'other' }]);
    expect(early.result.status).toBeUndefined();
    const later = reconcile(early.after, [stream({ name: 'other', status: [status('other', [b])] })]);
    expect(later.result).toMatchObject({ changedTags: ['latest'], waitingFor: [] });
  });

  test('a stream in another namespace is looked up there', () => {
    const other = stream({ name: 'other', status: [status('v1', [b])] });
    const elsewhere = { ...other, metadata: { ...other.metadata, namespace: 'lib' } };
    const { tag } = reconcile(stream({ spec: [alias('latest', 'other:v1', 'lib')] }), [elsewhere]);
    expect(newestItem(tag('latest'))?.image).toBe(b.image);
  });

  test('new followers are resolved from the source on, in any order of names', () => {
    const spec = [alias('a', 'b'), alias('b', 'c'), snapshot('c', 'web@aaaa')];
    const { result, tag } = reconcile(stream({ spec, status: [status('old', [a])] }));
    expect(result.changedTags).toEqual(['a', 'b', 'c']);
    expect(newestItem(tag('a'))?.image).toBe(digest('a'));
  });
});

describe('spec tags that cannot be resolved', () => {
  const condition = (tag: NamedTagEventList | undefined) => tag?.conditions?.[0];

  test('#35 a missing stream is a NotFound condition, until it exists', () => {
    const of = stream({ generation: 3, spec: [alias('latest', 'missing:v1')] });
    const { result, tag, after } = reconcile(of);
    expect(result).toMatchObject({
      changedTags: [],
      errors: [{ tag: 'latest', reason: 'NotFound' }],
      waitingFor: [{ namespace: NAMESPACE, name: 'missing' }],
    });
    expect(condition(tag('latest'))).toMatchObject({
      type: 'ImportSuccess',
      status: 'False',
      reason: 'NotFound',
      message: 'ImageStream "missing" was not found in namespace "shop"',
      lastTransitionTime: NOW,
      generation: 3,
    });
    expect(reconcile(after).result).toMatchObject({ status: undefined, errors: [{ tag: 'latest' }] });
    const edited = reconcile({ ...after, metadata: { ...after.metadata, generation: 4 } });
    expect(condition(edited.tag('latest'))).toMatchObject({ lastTransitionTime: NOW, generation: 4 });

    const empty = reconcile(after, [stream({ name: 'missing' })]);
    expect(empty.tag('latest')).toBeUndefined();
    expect(reconcile(empty.after, [stream({ name: 'missing' })]).result.status).toBeUndefined();

    const found = reconcile(after, [stream({ name: 'missing', status: [status('v1', [b])] })]);
    expect(found.result).toMatchObject({ changedTags: ['latest'], errors: [] });
    expect(found.tag('latest')?.conditions).toBeUndefined();
  });

  test('an image that is not in the history is a NotFound condition, several that match are a Conflict', () => {
    const spec = [snapshot('none', 'web@ff'), snapshot('many', 'web@sha256')];
    const { result } = reconcile(stream({ spec, status: [status('old', [b, a])] }));
    expect(result.errors).toMatchObject([
      { tag: 'many', reason: 'Conflict' },
      { tag: 'none', reason: 'NotFound' },
    ]);
  });

  test('an invalid tag gets an Invalid condition and keeps its items; it is looked at again when it is valid', () => {
    const good = alias('latest', 'src');
    const bad = { ...good, importPolicy: { scheduled: true } };
    const of = stream({ generation: 3, spec: [bad], status: [settled(good, 1, [a]), status('src', [b])] });
    const first = reconcile(of);
    expect(first.result.errors).toMatchObject([{ tag: 'latest', reason: 'Invalid' }]);
    expect(condition(first.tag('latest'))?.message).toContain('spec.tags[latest].importPolicy.scheduled');
    expect(first.tag('latest')?.items).toEqual([a]);
    expect(reconcile(first.after).result.status).toBeUndefined();

    const fixed = reconcile({ ...first.after, spec: { tags: [good] } });
    expect(fixed.result.errors).toEqual([]);
    expect(fixed.tag('latest')?.conditions).toBeUndefined();
    expect(newestItem(fixed.tag('latest'))?.image).toBe(b.image);
  });

  test('a DockerImage to import that is invalid is left to the import', () => {
    expect(reconcile(stream({ spec: [docker('latest', 'r/web@nodigest')] })).result).toMatchObject({
      status: undefined,
      errors: [],
    });
  });

  test('a stream that several tags wait for is named once', () => {
    const { result } = reconcile(stream({ spec: [alias('a', 'missing:v1'), alias('b', 'missing:v2')] }));
    expect(result.errors).toHaveLength(2);
    expect(result.waitingFor).toHaveLength(1);
  });

  test('a failed import of a DockerImage is left to the import', () => {
    const latest = docker('latest', 'r/web');
    const failed = { ...settled(latest, 1, []), conditions: [failure(1)] };
    expect(reconcile(stream({ spec: [latest], status: [failed] })).result.status).toBeUndefined();
  });
});

describe('spec tags that are removed', () => {
  test('keep their history, and count as new when they are written again', () => {
    const follow = alias('latest', 'src');
    const both = [settled(follow, 1, [a]), status('src', [b])];
    const removed = reconcile(stream({ generation: 2, spec: [], status: both }));
    expect(removed.tag('latest')).toEqual(status('latest', [a]));
    expect(removed.result.changedTags).toEqual([]);

    const again = reconcile({ ...removed.after, spec: { tags: [follow] } });
    expect(newestItem(again.tag('latest'))?.image).toBe(b.image);
  });

  test('leave no entry behind that has neither items nor conditions', () => {
    const of = stream({ status: [settled(alias('latest', 'src'), 1, [])] });
    expect(reconcile(of).result.status?.tags).toEqual([]);
  });

  test('are forgotten as well when only their source is removed', () => {
    const of = stream({ spec: [{ name: 'latest' }], status: [settled(docker('latest', 'r/web'), 1, [a])] });
    expect(reconcile(of).tag('latest')).toEqual(status('latest', [a]));
  });
});

describe('copies inside an integrated registry', () => {
  const host = 'registry.local:5000';
  const inside = (path: string) => item(`${host}/${path}@${digest('a')}`, digest('a'));
  const copyOf = (source: string, more: Partial<TagReference> = {}, internalHost: string | undefined = host) => {
    const other = stream({ name: 'other', status: [status('v1', [inside(source)])] });
    const of = stream({ spec: [{ ...alias('latest', 'other:v1'), ...more }] });
    return newestItem(reconcile(of, [other], { internalHost }).tag('latest'))?.dockerImageReference;
  };

  test('are pulled under the name of the stream that copies', () => {
    expect(copyOf('shop/other')).toBe(`${host}/shop/web@${digest('a')}`);
  });

  test('keep the reference with reference: true', () => {
    expect(copyOf('shop/other', { reference: true })).toBe(`${host}/shop/other@${digest('a')}`);
  });

  test.each(['shop/other-one', 'shop/other/deeper', 'lib/other'])(
    'keep a reference to %s, which is another place',
    (path) => {
      expect(copyOf(path)).toBe(`${host}/${path}@${digest('a')}`);
    },
  );

  test('keep everything where no integrated registry is configured', () => {
    expect(copyOf('shop/other', {}, '')).toBe(`${host}/shop/other@${digest('a')}`);
  });
});

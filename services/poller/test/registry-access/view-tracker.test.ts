import { describe, expect, test } from 'vitest';
import type { Access } from '../../src/credentials/access.ts';
import { createViewTracker } from '../../src/registry-access/view-tracker.ts';
import type { TagView } from '../../src/tag-view.ts';
import { createTargetIndex } from '../../src/target-index.ts';
import { digest, type TagState, tagWith } from '../tags.ts';

const failure = { reason: 'Unauthorized', message: 'm' };

/** A tracker that feeds an index, where the identity of the access of each namespace can be changed. */
function tracking() {
  const identities: Record<string, string | undefined> = {};
  const index = createTargetIndex();
  const updates: { now: readonly TagView[]; before: readonly TagView[] }[] = [];
  const accessOf = (namespace: string): Access | undefined => {
    const identity = identities[namespace];
    return identity === undefined ? undefined : { identity, credentials: async () => undefined };
  };
  const tracker = createViewTracker(accessOf, (now, before) => {
    updates.push({ now, before });
    index.apply(now, before, 0);
  });
  const put = (namespace: string, state: TagState = {}) =>
    tracker.set(namespace, 'web', [{ ...tagWith({ uid: namespace, ...state }), namespace }]);
  return { identities, index, updates, tracker, put };
}

describe('the questions of tags', () => {
  test('are one for all namespaces without credentials', () => {
    const { index, put } = tracking();
    put('a');
    put('b');
    expect(index.size).toBe(1);
  });

  test('are one for the namespaces with the same credentials, and other ones for others', () => {
    const { identities, index, put } = tracking();
    Object.assign(identities, { a: 'x', b: 'x', c: 'y' });
    for (const namespace of ['a', 'b', 'c', 'd']) put(namespace);
    expect(index.size).toBe(3);
    const [first] = index.byReference('registry.example.com/shop/web:latest');
    expect([...(first?.tags.keys() ?? [])]).toEqual(['a/latest', 'b/latest']);
  });

  test('move with the credentials of their namespace, and with nobody else', () => {
    const { identities, index, updates, tracker, put } = tracking();
    put('a');
    put('b');
    identities.a = 'x';
    tracker.refresh('b');
    expect(updates).toHaveLength(2);
    tracker.refresh('a');
    expect(index.size).toBe(2);
    expect(tracker.get('a', 'web')?.[0]?.question.key).toMatch(/ as x$/);
    delete identities.a;
    tracker.refresh();
    expect(index.size).toBe(1);
  });

  test('that are not for a registry stay as they are', () => {
    const { identities, index, put } = tracking();
    identities.a = 'x';
    put('a', { from: 'quay.io/A/b' });
    put('b', { from: 'quay.io/A/b' });
    expect(index.size).toBe(1);
  });

  test('go with their stream', () => {
    const { identities, index, tracker, put } = tracking();
    identities.a = 'x';
    put('a');
    tracker.set('a', 'web', []);
    expect(index.size).toBe(0);
    expect(tracker.get('a', 'web')).toBeUndefined();
  });
});

describe('a tag whose access has changed', () => {
  test.each<[string, TagState, boolean]>([
    ['is worth another try when its import has failed', { failure }, true],
    ['waits for its turn when it was imported', { image: digest('a') }, false],
  ])('%s', (_what, state, again) => {
    const { identities, tracker, put } = tracking();
    put('a', state);
    expect(tracker.get('a', 'web')?.[0]?.accessChanged).toBeUndefined();
    identities.a = 'x';
    tracker.refresh('a');
    expect(tracker.get('a', 'web')?.[0]?.accessChanged ?? false).toBe(again);
  });

  test('stays worth another try while its stream changes in other ways', () => {
    const { identities, tracker, put } = tracking();
    put('a', { failure });
    identities.a = 'x';
    tracker.refresh('a');
    put('a', { failure, annotations: { note: 'changed' } });
    expect(tracker.get('a', 'web')?.[0]?.accessChanged).toBe(true);
  });

  test('is as any other when its stream is seen first', () => {
    const { identities, tracker, put } = tracking();
    identities.a = 'x';
    put('a', { failure });
    expect(tracker.get('a', 'web')?.[0]?.accessChanged).toBeUndefined();
  });
});

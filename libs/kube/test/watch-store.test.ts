import type { KubeObject } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { createWatchStore } from '../src/watch-store.ts';
import { item } from './fake-watch.ts';

/** A store that keeps versions, and a note of each change: `shop/a 1>2`. */
function recording(project: (object: KubeObject) => string | undefined = ({ metadata }) => metadata.resourceVersion) {
  const changes: string[] = [];
  const faults: string[] = [];
  const store = createWatchStore<KubeObject, string>({
    project,
    onChange: ({ namespace, name }, now, before) => changes.push(`${namespace}/${name} ${before ?? ''}>${now ?? ''}`),
    onCallbackError: (message) => faults.push(message),
  });
  const held = () => Object.fromEntries([...store.entries].map(([key, { value }]) => [key, value]));
  return { store, changes, faults, held };
}

describe('while following', () => {
  test('adds, changes and removals are told in order with before and after', () => {
    const { store, changes, held } = recording();
    store.put(item('a', '1'));
    store.put(item('a', '2'));
    store.put(item('b', '3'));
    store.remove(item('a', '4'));
    expect(changes).toEqual(['shop/a >1', 'shop/a 1>2', 'shop/b >3', 'shop/a 2>']);
    expect(held()).toEqual({ 'shop/b': '3' });
  });

  test('what is not newer than what is held is passed over, also a removal', () => {
    const { store, changes } = recording();
    store.put(item('a', '10'));
    store.put(item('a', '9'));
    store.put(item('a', '10'));
    store.remove(item('a', '9'));
    expect(changes).toEqual(['shop/a >10']);
  });

  test('objects of one name in two namespaces are two', () => {
    const { store, held } = recording();
    store.put(item('a', '1', 'shop'));
    store.put(item('a', '2', 'bank'));
    expect(held()).toEqual({ 'shop/a': '1', 'bank/a': '2' });
  });

  test('cluster-scoped objects have an empty namespace', () => {
    const { store, changes } = recording();
    store.put({ metadata: { name: 'node', resourceVersion: '1' } });
    expect(changes).toEqual(['/node >1']);
  });

  test('what is projected to nothing is not held, and becoming so is a removal', () => {
    const { store, changes, held } = recording(({ metadata: { resourceVersion: version = '' } }) =>
      Number(version) % 2 === 0 ? undefined : version,
    );
    for (const version of ['2', '3', '4', '6', '7']) store.put(item('a', version));
    store.remove(item('never-held', '9'));
    expect(changes).toEqual(['shop/a >3', 'shop/a 3>', 'shop/a >7']);
    expect(held()).toEqual({ 'shop/a': '7' });
  });
});

describe('while a list comes in', () => {
  test('what was held stays until the list is complete; then what it lacks is removed', () => {
    const { store, changes, held } = recording();
    for (const name of ['same', 'changed', 'vanished']) store.put(item(name, '1'));
    changes.length = 0;
    store.startList();
    store.put(item('changed', '5'));
    store.put(item('same', '1'));
    store.put(item('new', '4'));
    expect(held()).toEqual({ 'shop/same': '1', 'shop/changed': '5', 'shop/vanished': '1', 'shop/new': '4' });
    store.endList();
    expect(changes).toEqual(['shop/changed 1>5', 'shop/new >4', 'shop/vanished 1>']);
  });

  test('an older version counts: etcd was restored', () => {
    const { store, changes } = recording();
    store.put(item('a', '100'));
    store.startList();
    store.put(item('a', '7'));
    store.endList();
    store.put(item('a', '8'));
    expect(changes).toEqual(['shop/a >100', 'shop/a 100>7', 'shop/a 7>8']);
  });

  test('a list that breaks off removes nothing, and the next one starts from nothing seen', () => {
    const { store, held } = recording();
    for (const name of ['a', 'b']) store.put(item(name, '1'));
    store.startList();
    store.put(item('a', '1'));
    store.startList();
    store.put(item('b', '1'));
    store.endList();
    expect(held()).toEqual({ 'shop/b': '1' });
  });

  test('an object that is removed while the list comes in is gone', () => {
    const { store, held } = recording();
    store.put(item('a', '1'));
    store.startList();
    store.put(item('a', '1'));
    store.remove(item('a', '3'));
    store.endList();
    expect(held()).toEqual({});
  });
});

describe('a callback that throws', () => {
  test('onChange: is reported, and the store is right all the same', () => {
    const faults: string[] = [];
    const store = createWatchStore<KubeObject, string>({
      project: ({ metadata }) => metadata.name,
      onChange: () => {
        throw new Error('oops');
      },
      onCallbackError: (message) => faults.push(message),
    });
    store.put(item('a', '1'));
    expect(store.entries.get('shop/a')?.value).toBe('a');
    expect(faults).toEqual(['onChange failed for shop/a: oops']);
  });

  test('project: is reported, and what was held before stays', () => {
    const { store, faults, changes, held } = recording(({ metadata }) => {
      if (metadata.resourceVersion === '2') throw new Error('oops');
      return metadata.resourceVersion;
    });
    for (const version of ['1', '2', '3']) store.put(item('a', version));
    expect(faults).toEqual(['project failed for shop/a: oops']);
    expect(changes).toEqual(['shop/a >1', 'shop/a 1>3']);
    expect(held()).toEqual({ 'shop/a': '3' });
  });
});

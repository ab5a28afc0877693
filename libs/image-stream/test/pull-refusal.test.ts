import type { TagReference } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { reconcileSpecTags } from '../src/index.ts';
import { alias, imported, NOW, settled, stream } from './fixtures.ts';

const source = stream({ name: 'source', status: [{ tag: '1', items: [imported('r/source', 'a')] }] });

/** Reconciles a stream of namespace shop; answers whom it asked about and the conditions of its tags. */
function reconciled(
  spec: readonly TagReference[],
  refused: readonly string[],
  status: Parameters<typeof stream>[0]['status'] = [],
) {
  const asked: string[] = [];
  const { status: next, errors } = reconcileSpecTags(stream({ spec, status, generation: 2 }), {
    lookupStream: () => source,
    now: NOW,
    refusePull(namespace, name) {
      asked.push(`${namespace}/${name}`);
      return refused.includes(`${namespace}/${name}`) ? 'not allowed' : undefined;
    },
  });
  const tags = (next?.tags ?? []).map(
    ({ tag, items, conditions }) => `${tag} ${conditions?.[0]?.reason ?? items?.length}`,
  );
  return { asked, tags, errors };
}

describe('the permission to take images from a stream', () => {
  test('#51 is asked for a tag of another namespace, and the tag is filled when nobody objects', () => {
    expect(reconciled([alias('latest', 'otherstream:1', 'otherns')], [])).toMatchObject({
      asked: ['otherns/otherstream'],
      tags: ['latest 1'],
    });
  });

  test('#52 is not asked for within the own namespace, named or not', () => {
    const spec = [alias('a', 'other:1', 'shop'), alias('b', 'other:1')];
    expect(reconciled(spec, ['shop/other'])).toMatchObject({ asked: [], tags: ['a 1', 'b 1'] });
  });

  test('#53 is not asked for a tag that was resolved and is unchanged', () => {
    const tag = alias('latest', 'otherstream:1', 'otherns');
    expect(reconciled([tag], ['otherns/otherstream'], [settled(tag, 1, [imported('r/x', 'b')])]).asked).toEqual([]);
  });

  test('#54 is not asked for a name that means nothing', () => {
    expect(reconciled([alias('latest', 'a:b:c', 'otherns')], [])).toMatchObject({
      asked: [],
      tags: ['latest Invalid'],
    });
  });

  test('#55 #57 that is missing is a condition on the tags of that stream only', () => {
    const spec = [alias('denied', 'secret:1', 'otherns'), alias('allowed', 'otherstream:1', 'otherns')];
    const result = reconciled(spec, ['otherns/secret']);
    expect(result.tags).toEqual(['allowed 1', 'denied Forbidden']);
    expect(result.errors).toEqual([{ tag: 'denied', reason: 'Forbidden', message: 'not allowed' }]);
  });

  test('#58 is asked for again when the tag names another tag of the same stream', () => {
    const before = alias('latest', 'otherstream:1', 'otherns');
    const result = reconciled(
      [alias('latest', 'otherstream:2', 'otherns')],
      ['otherns/otherstream'],
      [settled(before, 1, [imported('r/x', 'b')])],
    );
    expect(result).toMatchObject({ asked: ['otherns/otherstream'], tags: ['latest Forbidden'] });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderTags, selectTags } from '../src/index.ts';

describe('the order in which the tags of a repository are wanted', () => {
  test.each([
    {
      row: '#83 latest, minor versions, full versions, the rest',
      tags: ['other', 'latest', 'v5.5', '5.2.3', '5.5', 'v5.3.6-bother', '5.3.6-abba', '5.6'],
      expected: ['latest', '5.6', '5.5', 'v5.5', 'v5.3.6-bother', '5.3.6-abba', '5.2.3', 'other'],
    },
    {
      row: '#84 pre-releases of minor versions, newest first',
      tags: ['1.1-beta1', '1.2-rc1', '1.1-rc1', '1.1-beta2', '1.2-beta1', '1.2-alpha1', '1.2-beta4', 'latest'],
      expected: ['latest', '1.2-rc1', '1.2-beta4', '1.2-beta1', '1.2-alpha1', '1.1-rc1', '1.1-beta2', '1.1-beta1'],
    },
    {
      row: '#85 of equal versions the one without v first',
      tags: ['7.1.0', 'v7.1', '7.1'],
      expected: ['7.1', 'v7.1', '7.1.0'],
    },
    {
      row: 'an empty name is latest, duplicates are one',
      tags: ['', 'b', 'latest', 'b', 'a'],
      expected: ['latest', 'a', 'b'],
    },
    {
      row: 'what only looks like a version is one of the rest',
      tags: ['01.2', '1.2.3.4', '=1.2.3', 'vv1.2.3', '1.0_x', '1.0.0'],
      expected: ['1.0.0', '01.2', '1.0_x', '1.2.3.4', '=1.2.3', 'vv1.2.3'],
    },
  ])('$row', ({ tags, expected }) => {
    expect(orderTags(tags)).toEqual(expected);
  });

  test('does not depend on the order in which the registry lists them', () => {
    const tags = fc.uniqueArray(
      fc.constantFrom('latest', '1.0', 'v1.0', '1.0.0', '1.0.0+b1', '1.0.0+b2', 'v1.0.0', '1.0-rc1', '3', 'x', 'v1'),
    );
    fc.assert(
      fc.property(tags, fc.infiniteStream(fc.nat()), (list, keys) => {
        const shuffled = list.map((tag) => ({ tag, key: keys.next().value })).sort((a, b) => a.key - b.key);
        expect(orderTags(shuffled.map(({ tag }) => tag))).toEqual(orderTags(list));
      }),
    );
  });
});

describe('the tags of a repository to import', () => {
  const tags = ['v1', 'other', 'v2', '3', '3.1', 'abc'];

  test('#130 are the first ones in order, the others are only listed', () => {
    expect(selectTags(tags, { max: 5 })).toEqual({
      imported: ['3.1', '3', 'abc', 'other', 'v1'],
      additional: ['v2'],
    });
  });

  test('are beyond that the ones that were fetched anyway', () => {
    expect(selectTags(tags, { max: 2, alreadyFetched: ['v1'] })).toEqual({
      imported: ['3.1', '3', 'v1'],
      additional: ['abc', 'other', 'v2'],
    });
  });

  test('are all of them without a limit, and none with the limit 0', () => {
    expect(selectTags(tags, { max: -1 }).additional).toEqual([]);
    expect(selectTags(tags, { max: 0 }).imported).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { summarizeTags } from '../src/index.ts';

const tag = (name: string, created?: string) => ({
  tag: name,
  items: created === undefined ? [] : [{ created, dockerImageReference: `r@${name}`, image: name, generation: 1 }],
});

describe('the summary of tags for kubectl get', () => {
  test.each([
    { case: 'no tags', tags: [], expected: '' },
    { case: 'a tag that was never imported', tags: [tag('a')], expected: '' },
    {
      case: 'the latest change first',
      tags: [tag('old', '2026-01-01T00:00:00.000Z'), tag('new', '2026-01-02T00:00:00.000Z')],
      expected: 'new,old',
    },
    {
      case: 'changes within a second by name',
      tags: [tag('b', '2026-01-01T00:00:00.300Z'), tag('a', '2026-01-01T00:00:00.100Z')],
      expected: 'a,b',
    },
    {
      case: 'more than fit',
      tags: ['a', 'b', 'c'].map((letter) => tag(letter.repeat(18), '2026-01-01T00:00:00.000Z')),
      expected: `${'a'.repeat(18)},${'b'.repeat(18)} + 1 more...`,
    },
    {
      case: 'one name that is too long by itself',
      tags: [tag('x'.repeat(60), '2026-01-01T00:00:00.000Z')],
      expected: 'x'.repeat(60),
    },
  ])('shows $case', ({ tags, expected }) => {
    expect(summarizeTags(tags).tagSummary).toBe(expected);
  });

  test('dates the newest item of all tags', () => {
    const tags = [tag('a', '2026-01-02T00:00:00.000Z'), tag('b', '2026-01-01T00:00:00.000Z')];

    expect(summarizeTags(tags).lastUpdated).toBe('2026-01-02T00:00:00.000Z');
    expect(summarizeTags([tag('a')])).not.toHaveProperty('lastUpdated');
  });
});

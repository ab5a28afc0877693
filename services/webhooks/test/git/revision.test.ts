import { describe, expect, test } from 'vitest';
import { revisionOf } from '../../src/git/revision.ts';

describe('the revision of a build', () => {
  test.each([
    ['a commit', '9bdc3a26ff933b32f3e558636b58aea86a69f051', '9bdc3a26ff933b32f3e558636b58aea86a69f051'],
    ['a branch', 'feature/one', 'feature/one'],
    ['an option of git', '--upload-pack=touch /tmp/x', undefined],
    ['a dash', '-x', undefined],
    ['white space', 'a b', undefined],
    ['a line end', 'a\nb', undefined],
    ['nothing', '', undefined],
    ['null', null, undefined],
    ['the zeros after a deletion', '0'.repeat(40), undefined],
    ['the zeros after a deletion with SHA-256', '0'.repeat(64), undefined],
    ['a text that is too long', 'a'.repeat(300), undefined],
  ])('of %s', (_what, commit, kept) => {
    expect(revisionOf({ commit }).git?.commit).toBe(kept);
  });

  test('bounds what it keeps, and keeps nothing empty', () => {
    const { git } = revisionOf({
      message: 'm'.repeat(10_000),
      author: { name: 'n'.repeat(1_000), email: '' },
      committer: {},
    });
    expect(git?.message).toHaveLength(4_000);
    expect(git?.author).toEqual({ name: `${'n'.repeat(255)}…` });
    expect(git).not.toHaveProperty('committer');
  });
});

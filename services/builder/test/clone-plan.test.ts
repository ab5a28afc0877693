import { expect, test } from 'vitest';
import { clonePlan, parseCommit } from '../src/git/clone-plan.ts';

const URI = 'https://host/web.git';
const COMMIT = '9bdc3a26ff933b32f3e558636b58aea86a69f051';

test('without ref or commit the default branch is fetched alone', () => {
  expect(clonePlan(URI, {})).toEqual({
    first: [
      ['fetch', '--quiet', '--depth=1', '--', URI, 'HEAD'],
      ['checkout', '--quiet', '--detach', 'FETCH_HEAD'],
    ],
  });
});

test('a branch or tag is fetched alone', () => {
  expect(clonePlan(URI, { ref: 'v1.2' }).first[0]).toEqual(['fetch', '--quiet', '--depth=1', '--', URI, 'v1.2']);
});

test('a commit comes before a branch, and everything is fetched where the server refuses a commit', () => {
  const plan = clonePlan(URI, { ref: 'main', commit: COMMIT });

  expect(plan.first[0]).toEqual(['fetch', '--quiet', '--depth=1', '--', URI, COMMIT]);
  expect(plan.otherwise).toEqual([
    ['fetch', '--quiet', '--', URI, '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'],
    ['checkout', '--quiet', '--detach', COMMIT],
  ]);
});

test('a ref that is a full commit id is one', () => {
  expect(clonePlan(URI, { ref: COMMIT }).first[0]?.at(-1)).toBe(COMMIT);
});

test('an abbreviated commit can only be looked up in everything, the ref of a pull request included', () => {
  const plan = clonePlan(URI, { ref: 'refs/pull/7/head', commit: '9bdc3a2' });

  expect(plan.otherwise).toBeUndefined();
  expect(plan.first[0]?.at(-1)).toBe('+refs/pull/7/head:refs/wanted');
  expect(plan.first[1]).toEqual(['checkout', '--quiet', '--detach', '9bdc3a2']);
});

test.each([
  ['a branch that is an option', { ref: '--upload-pack=touch /tmp/x' }],
  ['a commit that is an option', { commit: '--output=/tmp/x' }],
])('refused: %s', (_, want) => {
  expect(() => clonePlan(URI, want)).toThrow(expect.objectContaining({ code: 'FetchSourceFailed' }));
});

test('the facts of a commit are read whatever its subject is', () => {
  const output = [COMMIT, 'Ada', 'ada@x', 'Bob', 'bob@x', 'Sat Nov 21', 'Show: the "price" | 100%'].join('\0');

  expect(parseCommit(`${output}\n`)).toEqual({
    commit: COMMIT,
    author: 'Ada',
    authorEmail: 'ada@x',
    committer: 'Bob',
    committerEmail: 'bob@x',
    date: 'Sat Nov 21',
    message: 'Show: the "price" | 100%',
  });
});

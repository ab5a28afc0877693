import { expect, test } from 'vitest';
import { FollowIndex } from '../src/follow-index.ts';

const web = { id: 'deployments/shop/web' };
const worker = { id: 'deployments/shop/worker' };

function followersOf(index: FollowIndex<{ id: string }>, ...things: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(things.map((thing) => [thing, index.followers(thing).map(({ id }) => id)]));
}

test('finds everybody who follows a thing, and nobody for a thing that nobody follows', () => {
  const index = new FollowIndex<{ id: string }>();
  index.set(web, ['shop/web:latest', 'shop/proxy:1']);
  index.set(worker, ['shop/web:latest']);
  expect(followersOf(index, 'shop/web:latest', 'shop/proxy:1', 'shop/web:2')).toEqual({
    'shop/web:latest': [web.id, worker.id],
    'shop/proxy:1': [web.id],
    'shop/web:2': [],
  });
});

test('what a follower followed before is forgotten when it is set anew', () => {
  const index = new FollowIndex<{ id: string }>();
  index.set(web, ['shop/web:1', 'shop/web:2']);
  index.set({ ...web }, ['shop/web:2', 'shop/web:3']);
  expect(followersOf(index, 'shop/web:1', 'shop/web:2', 'shop/web:3')).toEqual({
    'shop/web:1': [],
    'shop/web:2': [web.id],
    'shop/web:3': [web.id],
  });
});

test('a follower of nothing is gone, and the others stay', () => {
  const index = new FollowIndex<{ id: string }>();
  index.set(web, ['shop/web:1']);
  index.set(worker, ['shop/web:1']);
  index.set(web, []);
  index.set(web, []);
  expect(followersOf(index, 'shop/web:1')).toEqual({ 'shop/web:1': [worker.id] });
});

test('a thing that is followed twice by one counts once', () => {
  const index = new FollowIndex<{ id: string }>();
  index.set(web, ['shop/web:1', 'shop/web:1']);
  expect(followersOf(index, 'shop/web:1')).toEqual({ 'shop/web:1': [web.id] });
  index.set(web, []);
  expect(followersOf(index, 'shop/web:1')).toEqual({ 'shop/web:1': [] });
});

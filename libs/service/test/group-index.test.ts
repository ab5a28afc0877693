import { expect, test } from 'vitest';
import { GroupIndex } from '../src/index.ts';

const web = 'deployments/shop/web';
const worker = 'deployments/shop/worker';

function followersOf(index: GroupIndex<string>, ...things: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(things.map((thing) => [thing, index.members(thing)]));
}

test('finds everybody who follows a thing, and nobody for a thing that nobody follows', () => {
  const index = new GroupIndex<string>();
  index.set(web, web, ['shop/web:latest', 'shop/proxy:1']);
  index.set(worker, worker, ['shop/web:latest']);
  expect(followersOf(index, 'shop/web:latest', 'shop/proxy:1', 'shop/web:2')).toEqual({
    'shop/web:latest': [web, worker],
    'shop/proxy:1': [web],
    'shop/web:2': [],
  });
});

test('what a follower followed before is forgotten when it is set anew', () => {
  const index = new GroupIndex<string>();
  index.set(web, web, ['shop/web:1', 'shop/web:2']);
  index.set(web, web, ['shop/web:2', 'shop/web:3']);
  expect(followersOf(index, 'shop/web:1', 'shop/web:2', 'shop/web:3')).toEqual({
    'shop/web:1': [],
    'shop/web:2': [web],
    'shop/web:3': [web],
  });
});

test('a follower of nothing is gone, and the others stay', () => {
  const index = new GroupIndex<string>();
  index.set(web, web, ['shop/web:1']);
  index.set(worker, worker, ['shop/web:1']);
  index.set(web, web, []);
  index.set(web, web, []);
  expect(followersOf(index, 'shop/web:1')).toEqual({ 'shop/web:1': [worker] });
});

test('a thing that is followed twice by one counts once', () => {
  const index = new GroupIndex<string>();
  index.set(web, web, ['shop/web:1', 'shop/web:1']);
  expect(followersOf(index, 'shop/web:1')).toEqual({ 'shop/web:1': [web] });
  index.set(web, web, []);
  expect(followersOf(index, 'shop/web:1')).toEqual({ 'shop/web:1': [] });
});

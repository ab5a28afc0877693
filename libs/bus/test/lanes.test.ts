import { expect, test } from 'vitest';
import { lanes } from '../src/lanes.ts';

const item = (key: string, id = key) => ({ key, id });
type Item = ReturnType<typeof item>;

function startAll(queue: ReturnType<typeof lanes<Item>>): readonly string[] {
  const started: string[] = [];
  for (let next = queue.start(); next; next = queue.start()) started.push(next.id);
  return started;
}

test('items start in the order in which they came, up to the concurrency', () => {
  const queue = lanes<Item>(2);
  for (const key of ['a', 'b', 'c']) queue.add(item(key));

  expect(startAll(queue)).toEqual(['a', 'b']);
  expect(queue.waiting).toBe(1);
});

test('a second item of a running key is passed over until the first is finished', () => {
  const queue = lanes<Item>(3);
  const first = item('a', 'a1');
  for (const one of [first, item('a', 'a2'), item('b', 'b1'), item('a', 'a3')]) queue.add(one);
  expect(startAll(queue)).toEqual(['a1', 'b1']);

  queue.finish(first);

  expect(startAll(queue)).toEqual(['a2']);
});

test('what is held is what runs and what waits; draining leaves what runs', () => {
  const queue = lanes<Item>(1);
  for (const key of ['a', 'b', 'c']) queue.add(item(key));
  startAll(queue);
  expect(queue.held().map(({ id }) => id)).toEqual(['a', 'b', 'c']);

  expect(queue.drain().map(({ id }) => id)).toEqual(['b', 'c']);

  expect(queue.held().map(({ id }) => id)).toEqual(['a']);
});

import type { Bus } from '@tagstream/bus';
import { BuildLogStream, buildLogSubject } from '@tagstream/events';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startBus } from './harness.ts';

let bus: Bus;
beforeEach(async () => {
  bus = await startBus(inject('natsUrl'));
});
afterEach(() => bus[Symbol.asyncDispose]());

test('pieces of a text arrive in order, those from before and those that come, and nothing of its neighbours', async () => {
  const subject = buildLogSubject('shop', 'web-1');
  const seen: [string, number][] = [];
  await bus.storeText(subject, 'one\n', { id: 'a1' });
  await bus.storeText(buildLogSubject('shop', 'web-10'), 'other\n', { id: 'b1' });
  await bus.storeText(subject, 'two\n', { id: 'a2' });
  await using following = bus.followText({
    stream: BuildLogStream,
    subject,
    from: 'all',
    onText: (text, { pending }) => void seen.push([text, pending]),
  });

  expect(await following.ready).toEqual({ pending: 2 });
  await bus.storeText(subject, 'three\n', { id: 'a3' });

  await expect.poll(() => seen.map(([text]) => text)).toEqual(['one\n', 'two\n', 'three\n']);
  expect(seen.at(-1)).toEqual(['three\n', 0]);
});

test('a piece that is sent twice with the same id is stored once', async () => {
  const subject = buildLogSubject('shop', 'web-2');

  const first = await bus.storeText(subject, 'once', { id: 'same' });
  const second = await bus.storeText(subject, 'once', { id: 'same' });

  expect(first.duplicate).toBe(false);
  expect(second).toEqual({ sequence: first.sequence, duplicate: true });
});

import type { Bus, SubscribeOptions } from '@tagstream/bus';
import { type EventData, TagsLatestStream, TagUpdated, toCloudEvent } from '@tagstream/events';
import { testClock } from '@tagstream/service/testing';
import { expect, test } from 'vitest';
import { followPublishedTags } from '../src/stream/published-tags.ts';

type Update = EventData<typeof TagUpdated>;

const { namespace, stream: name } = TagUpdated.sample;
const web = { namespace, name };
const update = (tag: string): Update => ({ ...TagUpdated.sample, tag });
const idOf = (tag: string) => TagUpdated.id(update(tag));

/** A bus with one subscription at a time, whose messages the test sends. */
function startFeed(pending: number) {
  const subscriptions: { readonly options: SubscribeOptions<Update>; isOpen: boolean }[] = [];
  const subscribe = ((_definition: unknown, options: SubscribeOptions<Update>) => {
    const entry = { options, isOpen: true };
    subscriptions.push(entry);
    return {
      ready: Promise.resolve({ pending }),
      closed: new Promise<void>(() => undefined),
      async [Symbol.asyncDispose]() {
        entry.isOpen = false;
      },
    };
  }) as Bus['subscribe'];
  const clock = testClock();
  const send = (tag: string, left: number) => {
    const event = toCloudEvent(TagUpdated, update(tag), { source: '/test', time: clock.iso() });
    void subscriptions.at(-1)?.options.onEvent(event, { subject: event.subject, sequence: 1, pending: left });
  };
  const signal = new AbortController().signal;
  return { clock, subscriptions, send, follow: () => followPublishedTags({ subscribe }, { clock, signal }) };
}

test('knows everything that is in the stream before it is used, and what comes later', async () => {
  const { follow, send, subscriptions } = startFeed(2);
  const following = follow();
  expect(subscriptions[0]?.options).toMatchObject({ stream: TagsLatestStream, from: 'all' });
  send('1', 1);
  send('2', 0);
  const published = await following;
  send('3', 0);
  expect(published.tags(web)).toEqual(['1', '2', '3']);
  expect([...published.streams()]).toEqual([`${namespace}/${name}`]);
  expect(published.has(web, '1', idOf('1'))).toBe(true);
  expect(published.has(web, '1', idOf('2'))).toBe(false);
  expect(published.has({ namespace: 'other', name }, '1', idOf('1'))).toBe(false);
});

test('an empty stream is not waited for', async () => {
  const published = await startFeed(0).follow();
  expect(published.tags(web)).toEqual([]);
});

test('a message that is no event is passed over, even the last one', async () => {
  const { follow, subscriptions } = startFeed(1);
  const following = follow();
  subscriptions[0]?.options.onInvalid?.('not JSON', { subject: 'x', sequence: 1, pending: 0 });
  expect((await following).tags(web)).toEqual([]);
});

test('a stream that never ends or was emptied while it was read is not waited for for ever', async () => {
  const { follow, clock } = startFeed(5);
  const following = follow();
  await clock.advance(15_000);
  expect((await following).tags(web)).toEqual([]);
});

test('what this process publishes and removes is known at once', async () => {
  const published = await startFeed(0).follow();
  published.note(web, '1', 'first');
  published.note(web, '1', 'second');
  expect([published.has(web, '1', 'first'), published.has(web, '1', 'second')]).toEqual([false, true]);
  published.drop(web, '1');
  published.drop(web, 'unknown');
  expect([...published.streams()]).toEqual([]);
});

test('reading anew forgets what is no longer there, and ends the former subscription', async () => {
  const { follow, send, subscriptions } = startFeed(0);
  const published = await follow();
  send('1', 0);
  await published.reload();
  expect(published.tags(web)).toEqual([]);
  send('2', 0);
  expect(published.tags(web)).toEqual(['2']);
  expect(subscriptions.map(({ isOpen }) => isOpen)).toEqual([false, true]);
  await published[Symbol.asyncDispose]();
  expect(subscriptions[1]?.isOpen).toBe(false);
});

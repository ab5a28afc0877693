import { RegistryPoll } from '@tagstream/events';
import { testClock } from '@tagstream/service/testing';
import { expect, test } from 'vitest';
import type { Answer } from '../src/ask.ts';
import type { Poll } from '../src/memory.ts';
import { createPollLoop } from '../src/poll-loop.ts';
import type { TagView } from '../src/tag-view.ts';
import { quietLoop } from './quiet-loop.ts';
import { digest, type TagState, tagWith } from './tags.ts';

const A = digest('a');
const none = new AbortController().signal;

test('a failure that comes back within minutes of a success is told again', async () => {
  const clock = testClock('2026-11-21T10:00:00.000Z');
  const published: Poll[] = [];
  let answer: Answer | undefined;
  const failed: Answer = {
    kind: 'failed',
    code: 'not_found',
    mayPass: false,
    finding: { kind: 'error', reason: 'NotFound', message: 'gone' },
  };
  const found: Answer = {
    kind: 'found',
    finding: { kind: 'image', image: A, manifest: { digest: A, mediaType: 'm' } },
  };
  await using loop = createPollLoop({
    ...quietLoop,
    ask: async () => answer ?? failed,
    publisher: {
      publish: async (poll) => {
        published.push(poll);
        return { duplicate: false };
      },
    },
    clock,
    random: () => 0,
  });
  loop.setMembers([quietLoop.self]);
  let shown: readonly TagView[] = [];
  const bring = (state: TagState) => {
    const now = [tagWith(state)];
    loop.update(now, shown);
    shown = now;
  };
  const check = async (next: Answer) => {
    answer = next;
    await loop.look('registry.example.com/shop/web:latest', { cause: 'webhook' }, none);
  };
  const failure = (since: string) => ({ reason: 'NotFound', message: 'gone', since });
  bring({ image: A });
  await check(failed);
  bring({ image: A, failure: failure('2026-11-21T10:00:01Z') });
  await check(found);
  bring({ image: A });
  await check(failed);
  bring({ image: A, failure: failure('2026-11-21T10:00:02Z') });
  await check(found);
  expect(published.map(({ outcome }) => outcome.kind)).toEqual(['error', 'image', 'error', 'image']);
  expect(published.every(({ basedOn }) => basedOn?.created === published[0]?.basedOn?.created)).toBe(true);
  expect(new Set(published.map(RegistryPoll.id)).size).toBe(4);
});

import type { ImageStream } from '@tagstream/api-types';
import { RegistryPoll } from '@tagstream/events';
import { applyRegistryPoll } from '@tagstream/image-stream';
import { type TestClock, testClock } from '@tagstream/service/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Answer } from '../../src/ask.ts';
import type { Poll } from '../../src/memory.ts';
import { type OwnStream, viewOwnStream } from '../../src/own-registry/own-stream.ts';
import { createVisits } from '../../src/own-registry/visits.ts';
import { createPollLoop } from '../../src/poll-loop.ts';
import { createViewTracker } from '../../src/registry-access/view-tracker.ts';
import { quietLoop } from '../quiet-loop.ts';
import { digest } from '../tags.ts';
import { registry, streamOf } from './registry.ts';

const TAG = 'v1';

/** What can happen next; each takes one thing from the head of its queue, or from its end: messages and answers overtake each other. */
const step = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      image: fc.constantFrom('a', 'b', 'c').map(digest),
      isAnnounced: fc.boolean(),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constantFrom('hint', 'read', 'answer', 'apply', 'watch', 'turn', 'answer-last', 'apply-last'),
    }),
  },
);

interface Step {
  readonly kind: string;
  readonly image?: string;
  readonly isAnnounced?: boolean;
}

/** A poller that looks at a tag of the own registry when it is told to, and sees the stream when its cache does. */
function startPoller(clock: TestClock, ask: () => Promise<string>, publish: (poll: Poll) => boolean) {
  const loop = createPollLoop({
    ask: async (_question, isKnown): Promise<Answer> => {
      const image = await ask();
      const manifest = { digest: image, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
      if (isKnown(image)) return { kind: 'same', digest: image, image };
      return { kind: 'found', finding: { kind: 'image', image, manifest } };
    },
    publisher: { publish: async (poll) => ({ duplicate: publish(poll) }) },
    clock,
    random: () => 0,
    ...quietLoop,
  });
  loop.setMembers([quietLoop.self]);
  const tracker = createViewTracker(() => undefined, loop.update);
  const visits = createVisits(registry, tracker);
  let shown: OwnStream | undefined;
  return {
    loop,
    coming: [] as ImageStream[],
    see(stream: ImageStream) {
      const next = viewOwnStream(stream, registry);
      visits.update(next, shown);
      shown = next;
    },
    async look() {
      using visit = visits.visit({ namespace: 'shop', stream: 'web' }, TAG);
      await loop.look(visit?.canonical ?? '', { cause: 'webhook' }, new AbortController().signal);
    },
  };
}

/**
 * A registry, two pollers, the stream of observations and their consumer. Pushes are announced or not; announcements, answers,
 * observations and what the pollers' caches show arrive late.
 */
async function run(steps: readonly Step[]): Promise<{ history: readonly string[]; pushes: readonly string[] }> {
  const clock = testClock();
  const pushes = [digest('a')];
  let stream: ImageStream = streamOf();
  const hints: number[] = [];
  const observations: Poll[] = [];
  const seenIds = new Set<string>();
  const unread: (() => void)[] = [];
  const unanswered: (() => void)[] = [];

  const ask = async () => {
    const read = await new Promise<string>((resolve) => unread.push(() => resolve(pushes.at(-1) ?? '')));
    await new Promise<void>((resolve) => unanswered.push(resolve));
    return read;
  };
  const publish = (poll: Poll) => {
    const id = RegistryPoll.id(poll);
    const isDuplicate = seenIds.has(id);
    if (!isDuplicate) observations.push(poll);
    seenIds.add(id);
    return isDuplicate;
  };
  const pollers = [0, 1].map(() => startPoller(clock, ask, publish));
  for (const poller of pollers) poller.coming.push(stream);

  let announced = 0;
  const announce = () => void hints.push(announced++ % 2);
  const takeFrom = (queue: (() => void)[], end: 'first' | 'last' = 'first') => {
    const next = end === 'first' ? queue.shift() : queue.pop();
    next?.();
    return next !== undefined;
  };
  const apply = (observation: Poll | undefined) => {
    if (observation === undefined) return false;
    const result = applyRegistryPoll(stream, observation, { now: clock.iso() });
    if (result.kind === 'stale') announce();
    if (result.kind === 'applied') {
      stream = { ...stream, status: result.status };
      for (const { coming } of pollers) coming.push(stream);
    }
    return true;
  };
  const queues: Readonly<Record<string, () => boolean>> = {
    hint() {
      const index = hints.shift();
      if (index === undefined) return false;
      pollers[index]?.look().catch(() => undefined);
      return true;
    },
    read: () => takeFrom(unread),
    answer: () => takeFrom(unanswered),
    apply: () => apply(observations.shift()),
    watch() {
      const poller = pollers.find(({ coming }) => coming.length > 0);
      const next = poller?.coming.shift();
      if (next !== undefined) poller?.see(next);
      return next !== undefined;
    },
  };
  const settle = async () => {
    while (Object.values(queues).filter((next) => next()).length > 0) await clock.advance(1);
  };

  // The pollers know the stream before the first thing happens.
  while (queues.watch?.());

  for (const { kind, image, isAnnounced } of steps) {
    if (image !== undefined) {
      pushes.push(image);
      if (isAnnounced) announce();
    } else if (kind === 'turn') announce();
    else if (kind === 'answer-last') takeFrom(unanswered, 'last');
    else if (kind === 'apply-last') apply(observations.pop());
    else queues[kind]?.();
    await clock.advance(1);
  }
  await settle();
  announce(); // the turn that comes in any case
  await settle();
  await Promise.all(pollers.map(({ loop }) => loop[Symbol.asyncDispose]()));
  const items = stream.status?.tags?.[0]?.items ?? [];
  return { history: items.map(({ image }) => image).toReversed(), pushes };
}

/** Whether all of `part` is in `whole` in that order. */
function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const one of whole) if (one === part[at]) at += 1;
  return at === part.length;
}

test('however pushes, hints, turns, answers and observations interleave, the history is pushes in their order and ends with the last', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
      const { history, pushes } = await run(steps);
      expect(history.at(-1)).toBe(pushes.at(-1));
      expect(isSubsequence(history, pushes)).toBe(true);
    }),
    { numRuns: 600 },
  );
});

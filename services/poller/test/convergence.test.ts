import type { ImageStream } from '@tagstream/api-types';
import { RegistryPoll } from '@tagstream/events';
import { applyRegistryPoll } from '@tagstream/image-stream';
import { testClock } from '@tagstream/service/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Answer } from '../src/ask.ts';
import type { Poll } from '../src/memory.ts';
import { createPollLoop } from '../src/poll-loop.ts';
import { type TagView, viewTags } from '../src/tag-view.ts';
import { quietLoop } from './quiet-loop.ts';
import { digest, streamWith } from './tags.ts';

const REFERENCE = 'registry.example.com/shop/web:latest';

/** What can happen next; each takes one thing from the head of its queue. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), image: fc.constantFrom(digest('a'), digest('b'), digest('c')) }),
  fc.record({ kind: fc.constantFrom('hint', 'read', 'answer', 'apply', 'watch') }),
);

/**
 * A registry, two pollers, the stream of observations and their consumer, with everything between them arriving late: hints,
 * the registry's answers, observations, and what the pollers' caches show.
 */
async function run(steps: readonly { kind: string; image?: string }[]): Promise<{ shown: string; pushed: string }> {
  const clock = testClock();
  let pushed = digest('a');
  let stream: ImageStream = streamWith({ image: pushed });
  const hints: { poller: number }[] = [];
  const observations: Poll[] = [];
  const seenIds = new Set<string>();
  const unread: (() => void)[] = [];
  const unanswered: (() => void)[] = [];
  const caches = [0, 1].map(() => ({ shown: [] as readonly TagView[], coming: [stream] }));

  const pollers = caches.map(() =>
    createPollLoop({
      ask: async (_question, isKnown) => {
        const read = await new Promise<string>((resolve) => unread.push(() => resolve(pushed)));
        await new Promise<void>((resolve) => unanswered.push(resolve));
        const manifest = { digest: read, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
        const found: Answer = { kind: 'found', finding: { kind: 'image', image: read, manifest } };
        return isKnown(read) ? { kind: 'same', digest: read, image: read } : found;
      },
      publisher: {
        publish: async (poll) => {
          const id = RegistryPoll.id(poll);
          const duplicate = seenIds.has(id);
          seenIds.add(id);
          if (!duplicate) observations.push(poll);
          return { duplicate };
        },
      },
      clock,
      random: () => 0,
      ...quietLoop,
    }),
  );
  // Each thinks that it owns everything, as two replicas may for a moment.
  for (const poller of pollers) poller.setMembers([quietLoop.self]);

  const takeFrom = (queue: (() => void)[]) => {
    const next = queue.shift();
    next?.();
    return next !== undefined;
  };
  let announced = 0;
  const announce = () => void hints.push({ poller: announced++ % 2 });
  const queues: Readonly<Record<string, () => boolean>> = {
    hint: () => {
      const hint = hints.shift();
      if (hint === undefined) return false;
      pollers[hint.poller]?.look(REFERENCE, { cause: 'webhook' }, new AbortController().signal).catch(() => undefined);
      return true;
    },
    read: () => takeFrom(unread),
    answer: () => takeFrom(unanswered),
    apply: () => {
      const observation = observations.shift();
      if (observation === undefined) return false;
      const result = applyRegistryPoll(stream, observation, { now: clock.iso() });
      if (result.kind === 'stale') announce();
      if (result.kind === 'applied') {
        stream = { ...stream, status: result.status };
        for (const cache of caches) cache.coming.push(stream);
      }
      return true;
    },
    watch: () => {
      const [index, cache] = [...caches.entries()].find(([, { coming }]) => coming.length > 0) ?? [];
      const next = cache?.coming.shift();
      if (index === undefined || cache === undefined || next === undefined) return false;
      const now = viewTags(next);
      pollers[index]?.update(now, cache.shown);
      cache.shown = now;
      return true;
    },
  };
  // The pollers know the stream before the first thing happens.
  while (queues.watch?.());

  for (const { kind, image } of steps) {
    if (image === undefined) queues[kind]?.();
    else {
      pushed = image;
      announce();
    }
    await clock.advance(1);
  }
  for (let round = 0; round < 30; round++) {
    while (Object.values(queues).filter((next) => next()).length > 0) await clock.advance(1);
    await clock.advance(60_000); // a look may be due later
  }
  await Promise.all(pollers.map((poller) => poller[Symbol.asyncDispose]()));
  return { shown: stream.status?.tags?.[0]?.items?.[0]?.image ?? '', pushed };
}

test('however pushes, hints, answers and observations interleave, the status ends with what was pushed last', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { shown, pushed } = await run(steps);
      expect(shown).toBe(pushed);
    }),
    { numRuns: 500 },
  );
});

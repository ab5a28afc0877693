import type { ImageStream, TagEvent } from '@tagstream/api-types';
import type { Bus } from '@tagstream/bus';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistoryPublisher, type PublishHistoryDeps } from '../src/stream/publish-history.ts';
import { MemoryBus } from './support/memory-bus.ts';
import { emptyPublished } from './support/published.ts';
import { item, stream } from './support/streams.ts';
import { recordedTelemetry } from './support/told.ts';

const TAG = 'latest';
const CONTEXT = { cause: 'webhook' as const, observedAt: '2026-11-21T00:00:00.000Z' };

/** What happens to the tag, and who publishes when. */
interface Story {
  /** Images that the tag gets, one after the other; the time of each is its place. */
  readonly pushes: readonly string[];
  readonly runs: readonly Run[];
  /** Whether the server remembers message ids for as long as the story lasts. */
  readonly hasDuplicateWindow: boolean;
}

/** A publisher at work: two of them share the runs. */
interface Run {
  readonly publisher: 0 | 1;
  /** How many pushes old its view of the stream is. */
  readonly viewAge: number;
  /** The process dies after so many requests: the last one may have been carried out or not. */
  readonly dies?: { readonly after: number; readonly isDone: boolean } | undefined;
}

const stories: fc.Arbitrary<Story> = fc.record({
  pushes: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 }),
  runs: fc.array(
    fc.record({
      publisher: fc.constantFrom<0 | 1>(0, 1),
      viewAge: fc.nat(3),
      dies: fc.option(fc.record({ after: fc.integer({ min: 1, max: 6 }), isDone: fc.boolean() }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  hasDuplicateWindow: fc.boolean(),
});

class Died extends Error {}

test('whoever publishes, however late, interleaved and cut short: one event an item, in order', async () => {
  await fc.assert(
    fc.asyncProperty(stories, fc.scheduler(), async ({ pushes, runs, hasDuplicateWindow }, scheduler) => {
      const bus = new MemoryBus();
      bus.hasDuplicateWindow = hasDuplicateWindow;
      const views: ImageStream[] = [stream({ tags: { [TAG]: [] } })];
      const now = () => views.at(-1)!;
      const known = [emptyPublished(), emptyPublished()];
      const { telemetry } = recordedTelemetry();

      /** The ports of one run: every request takes its time, and the process may die at one. */
      function ports({ publisher, dies }: Run): PublishHistoryDeps {
        let requests = 0;
        const slowly =
          <A extends unknown[], R>(request: (...args: A) => Promise<R>) =>
          async (...args: A): Promise<R> => {
            requests += 1;
            const isLast = requests === dies?.after;
            await scheduler.schedule(Promise.resolve(), 'request');
            if (isLast && !dies?.isDone) throw new Died();
            const answer = await request(...args);
            await scheduler.schedule(Promise.resolve(), 'answer');
            if (isLast) throw new Died();
            return answer;
          };
        return {
          bus: { last: slowly(bus.last) as Bus['last'], publish: slowly(bus.publish) as Bus['publish'] },
          readStream: slowly(async () => now()),
          published: known[publisher]!,
          telemetry,
        };
      }

      async function work(run: Run): Promise<void> {
        await scheduler.schedule(Promise.resolve(), 'start');
        const view = views[Math.max(0, views.length - 1 - run.viewAge)]!;
        try {
          await createHistoryPublisher(ports(run)).publish(view, [TAG], CONTEXT);
        } catch (error) {
          if (!(error instanceof Died)) throw error;
          known[run.publisher] = emptyPublished(); // the next process knows nothing
        }
      }

      async function push(): Promise<void> {
        for (const [index, image] of pushes.entries()) {
          await scheduler.schedule(Promise.resolve(), 'push');
          views.push(stream({ tags: { [TAG]: [item(image, index), ...itemsOf(now())] } }));
        }
      }

      const all = Promise.all([push(), ...runs.map(work)]);
      await scheduler.waitFor(all);
      const heal: Run = { publisher: 0, viewAge: 0 };
      await scheduler.waitFor(work(heal));

      expect(bus.events(TAG).map(({ created }) => created)).toEqual(
        itemsOf(now())
          .map(({ created }) => created)
          .toReversed(),
      );
      expect(bus.told(TAG)).toBe(pushes.join(''));
    }),
    { numRuns: 500 },
  );
});

function itemsOf(source: ImageStream): readonly TagEvent[] {
  return source.status?.tags?.[0]?.items ?? [];
}

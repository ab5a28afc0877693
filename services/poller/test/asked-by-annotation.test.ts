import { testClock } from '@tagstream/service/testing';
import { afterEach, describe, expect, test } from 'vitest';
import type { Answer } from '../src/ask.ts';
import type { Poll } from '../src/memory.ts';
import { createPollLoop } from '../src/poll-loop.ts';
import type { TagView } from '../src/tag-view.ts';
import { quietLoop } from './quiet-loop.ts';
import { digest, type TagState, tagWith } from './tags.ts';

const A = digest('a');
const MIN = 60_000;
const INTERVAL_MS = 15 * MIN;
const scheduled = { importPolicy: { scheduled: true }, image: A };

describe('what a stream asks for by annotation', () => {
  const clock = testClock('2026-11-21T10:00:00.000Z');
  const answered = new Map<string, string>();

  function start(answer: () => Answer = () => ({ kind: 'same', digest: A, image: A })) {
    const asked: string[] = [];
    const published: Poll[] = [];
    const loop = createPollLoop({
      ...quietLoop,
      settings: {
        intervalMs: INTERVAL_MS,
        floorOf: () => 10_000,
        isAnswered: (tag) => answered.get(tag.id) === tag.importNow,
      },
      recorder: { checked: (tag) => void answered.set(tag.id, tag.importNow) },
      ask: async ({ canonical }) => {
        asked.push(canonical);
        return answer();
      },
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
    const bring = async (...states: TagState[]) => {
      const now = states.map(tagWith);
      loop.update(now, shown);
      shown = now;
      await clock.advance(0);
    };
    return { loop, asked, published, bring };
  }
  afterEach(() => answered.clear());

  test('another interval holds for its tags, and never less than the floor', async () => {
    const { loop, asked, bring } = start();
    const every = (interval: string) => ({
      ...scheduled,
      streamAnnotations: { 'poller.tagstream.io/interval': interval },
    });
    await bring(every('30s'));
    await clock.advance(10 * MIN);
    expect(asked).toHaveLength(20);
    await bring(every('1s'));
    await clock.advance(MIN);
    expect(asked).toHaveLength(27); // at once, since the last check is longer ago than that, and then every 10 s
    await bring(every('nonsense'));
    await clock.advance(INTERVAL_MS);
    expect(asked).toHaveLength(28);
    await loop[Symbol.asyncDispose]();
  });

  test('the shortest interval of all tags with the same reference is that of the reference', async () => {
    const { loop, asked, bring } = start();
    await bring(scheduled, {
      ...scheduled,
      uid: 'uid-2',
      streamAnnotations: { 'poller.tagstream.io/interval.latest': '1m' },
    });
    await clock.advance(10 * MIN);
    expect(asked).toHaveLength(10);
    await loop[Symbol.asyncDispose]();
  });

  test('a check now is made once for each new value, with or without a schedule, and tells what it finds', async () => {
    const found: Answer = {
      kind: 'found',
      finding: { kind: 'image', image: digest('b'), manifest: { digest: digest('b'), mediaType: 'm' } },
    };
    const { loop, asked, published, bring } = start(() => found);
    const now = (value: string) => ({ image: A, streamAnnotations: { 'poller.tagstream.io/import-now': value } });
    await bring({ image: A });
    expect(asked).toHaveLength(0);
    await bring(now('1'));
    expect(asked).toHaveLength(1);
    expect(published).toMatchObject([{ cause: 'request', outcome: { image: digest('b') } }]);
    await bring(now('1'));
    await clock.advance(INTERVAL_MS);
    expect(asked.length).toBeLessThanOrEqual(2); // once more to confirm what was told
    const before = asked.length;
    await bring(now('2'));
    expect(asked).toHaveLength(before + 1);
    await loop[Symbol.asyncDispose]();
  });
});

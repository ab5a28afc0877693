import { type TestClock, testClock } from '@tagstream/service/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../src/ask.ts';
import type { RecordedCheck } from '../src/check-target.ts';
import type { Poll } from '../src/memory.ts';
import { createPollLoop, type LoopDeps, type PollLoop } from '../src/poll-loop.ts';
import type { TagView } from '../src/tag-view.ts';
import { policy, quietLoop } from './quiet-loop.ts';
import { digest, type TagState, tagWith } from './tags.ts';

const A = digest('a');
const MIN = 60_000;
const INTERVAL_MS = 15 * MIN;
const LEASE_MS = 10_000;
const none = new AbortController().signal;
const scheduled = { importPolicy: { scheduled: true }, image: A };

/** So many scheduled tags, each of a repository of its own. */
const repositories = (count: number): TagState[] =>
  Array.from({ length: count }, (_, i) => ({ ...scheduled, uid: `uid-${i}`, from: `quay.io/team/app-${i}:1` }));

/** A poller with what it asked, when. */
interface Replica {
  readonly loop: PollLoop;
  readonly asked: { readonly reference: string; readonly atMs: number }[];
  readonly published: Poll[];
  readonly recorded: { readonly tag: TagView; readonly check: RecordedCheck }[];
  readonly announced: { readonly registry: string; readonly pauseMs: number }[];
}

describe('pollers that share the work', () => {
  let clock: TestClock;
  let startMs: number;
  let answer: Answer;
  let replicas: Replica[];

  beforeEach(() => {
    clock = testClock('2026-11-21T10:00:00.000Z');
    startMs = clock.now();
    answer = { kind: 'same', digest: A, image: A };
    replicas = [];
  });
  afterEach(() => Promise.all(replicas.map(({ loop }) => loop[Symbol.asyncDispose]())));

  function startReplica(self: string, options: Partial<LoopDeps> = {}): Replica {
    const replica = { asked: [], published: [], recorded: [], announced: [] } as Omit<Replica, 'loop'>;
    const loop = createPollLoop({
      ...quietLoop,
      ask: async ({ canonical }) => {
        replica.asked.push({ reference: canonical, atMs: clock.now() });
        return answer;
      },
      publisher: {
        publish: async (poll) => {
          replica.published.push(poll);
          return { duplicate: false };
        },
      },
      recorder: { checked: (tag, _target, check) => void replica.recorded.push({ tag, check }) },
      announcePause: (registry, pauseMs) => void replica.announced.push({ registry, pauseMs }),
      clock,
      random: () => 0,
      self,
      catchUpMs: 2 * LEASE_MS,
      ...options,
    });
    replicas.push({ ...replica, loop });
    return { ...replica, loop };
  }

  const bring = (states: readonly TagState[], before: readonly TagState[] = []) => {
    for (const { loop } of replicas) loop.update(states.map(tagWith), before.map(tagWith));
    return clock.advance(0);
  };
  const share = (...members: string[]) => {
    for (const { loop } of replicas) loop.setMembers(members);
  };

  test('check each reference once in an interval, all of them together', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((self) => startReplica(self));
    share('a', 'b', 'c');
    await bring(repositories(90));
    await clock.advance(INTERVAL_MS);
    const asked = [a, b, c].flatMap((replica) => replica?.asked.map(({ reference }) => reference) ?? []);
    expect(asked).toHaveLength(90);
    expect(new Set(asked).size).toBe(90);
    for (const replica of [a, b, c]) expect(replica?.asked.length).toBeGreaterThan(15);
    expect(replicas.map(({ loop }) => loop.owned).reduce((x, y) => x + y)).toBe(90);
    expect(replicas.map(({ loop }) => loop.targets)).toEqual([90, 90, 90]);
  });

  test('leave no reference unchecked for longer than its interval and one lease when one of them dies', async () => {
    const [a, b] = ['a', 'b'].map((self) => startReplica(self));
    share('a', 'b');
    const states = repositories(400);
    await bring(states);
    await clock.advance(INTERVAL_MS + 7 * MIN);
    await b?.loop[Symbol.asyncDispose](); // dies; the other learns of it a lease later
    await clock.advance(LEASE_MS);
    const mineBefore = new Set(a?.asked.map(({ reference }) => reference));
    a?.loop.setMembers(['a']);
    await clock.advance(2 * INTERVAL_MS);

    const timesOf = Map.groupBy([...(a?.asked ?? []), ...(b?.asked ?? [])], ({ reference }) => reference);
    expect(timesOf.size).toBe(400);
    for (const [reference, checks] of timesOf) {
      const times = checks.map(({ atMs }) => atMs).sort((x, y) => x - y);
      const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
      expect(Math.max(...gaps), reference).toBeLessThanOrEqual(INTERVAL_MS + LEASE_MS);
      if (mineBefore.has(reference)) expect(Math.min(...gaps), reference).toBeGreaterThanOrEqual(INTERVAL_MS - 1);
    }
  });

  test('a replica that starts checks nothing at once but what was missed in the last moments', async () => {
    const a = startReplica('a');
    await bring(repositories(1_000));
    await clock.advance(1_000); // until it knows who else is there
    share('a');
    await clock.advance(0);
    expect(a.asked.length).toBeLessThan(50); // 20 s of 15 min are 22 of 1,000
    await clock.advance(INTERVAL_MS);
    const perMinute = Map.groupBy(a.asked, ({ atMs }) => Math.floor((atMs - startMs) / MIN));
    expect(Math.max(...[...perMinute.values()].map(({ length }) => length))).toBeLessThan(110); // 67 is even
  });

  test('nobody checks anything before it knows who is there', async () => {
    const a = startReplica('a');
    await bring([{ uid: 'new' }]);
    await clock.advance(INTERVAL_MS);
    expect(a.asked).toEqual([]);
  });

  test('what moved to another replica is not asked here any more, though it was in line', async () => {
    const a = startReplica('a', { policyOf: () => ({ ...policy, ratePerSecond: 1 }) });
    share('a');
    await bring(repositories(20).map((state) => ({ ...state, specChanged: true })));
    const before = a.asked.length;
    expect(before).toBeLessThan(20);
    share('another');
    await clock.advance(INTERVAL_MS);
    expect(a.asked).toHaveLength(before);
    expect(a.loop.owned).toBe(0);
  });

  test('keep to the rate of a registry together', async () => {
    const options = { policyOf: () => ({ concurrency: 4, ratePerSecond: 10, floorMs: 1_000 }) };
    const [a, b] = ['a', 'b'].map((self) => startReplica(self, options));
    share('a', 'b');
    await bring(repositories(200).map((state) => ({ ...state, specChanged: true })));
    await clock.advance(5_000);
    const asked = (a?.asked.length ?? 0) + (b?.asked.length ?? 0);
    expect(asked).toBeGreaterThanOrEqual(45);
    expect(asked).toBeLessThanOrEqual(62); // 10 a second for 5 s, after one second's worth at once
  });

  test('a pause that one of them is asked for is told to the others, and one that it is told of holds', async () => {
    const [a, b] = ['a', 'b'].map((self) => startReplica(self));
    share('a');
    answer = {
      kind: 'failed',
      code: 'rate_limited',
      mayPass: true,
      pauseMs: 5 * MIN,
      finding: { kind: 'error', reason: 'InternalError', message: 'slow down' },
    };
    await bring([{ uid: 'one' }]);
    expect(a?.announced).toEqual([{ registry: 'registry.example.com', pauseMs: 5 * MIN }]);
    b?.loop.pause('registry.example.com', clock.now() + 5 * MIN);
    expect(b?.announced).toEqual([]);
    const look = () => b?.loop.look('registry.example.com/shop/web:latest', { cause: 'webhook' }, none);
    expect(await look()).toEqual([{ kind: 'paused', untilMs: startMs + 5 * MIN }]);
    answer = { kind: 'same', digest: A, image: A };
    await clock.advance(5 * MIN);
    expect(await look()).toEqual([{ kind: 'answered', digest: A }]);
  });

  test('looks that wait when a pause begins are told so', async () => {
    const gate = Promise.withResolvers<Answer>();
    const a = startReplica('a', { ask: () => gate.promise, policyOf: () => ({ ...policy, concurrency: 1 }) });
    share('a');
    await bring([
      { uid: 'one', image: A },
      { uid: 'two', image: A, from: 'registry.example.com/shop/web:2' },
    ]);
    const first = a.loop.look('registry.example.com/shop/web:latest', { cause: 'webhook' }, none);
    await clock.advance(0);
    const second = a.loop.look('registry.example.com/shop/web:2', { cause: 'webhook' }, none);
    a.loop.pauseEverywhere('registry.example.com', MIN);
    expect(await second).toEqual([{ kind: 'paused', untilMs: startMs + MIN }]);
    gate.resolve(answer);
    expect(await first).toEqual([{ kind: 'answered', digest: A }]);
    a.loop.pauseEverywhere('registry.example.com', MIN);
    expect(a.announced).toHaveLength(1); // the same pause is told once
  });
});

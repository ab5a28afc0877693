import { nextTurn, turnOffset } from '@tagstream/events';
import { RegistryError } from '@tagstream/registry';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { IMPORT_NOW } from '../../src/annotations.ts';
import { healRepositories, type Listing } from '../../src/own-registry/heal-repositories.ts';
import { type OwnStream, pushedTagView } from '../../src/own-registry/own-stream.ts';
import { HOST, itemOf, ownStream, pushedTag, registry } from './registry.ts';

const MIN = 60_000;
const INTERVAL = 15 * MIN;

/** The healing of streams whose repositories have these tags, or fail so. */
function started(tags: readonly string[] | RegistryError = ['v1'], members: readonly string[] = ['me']) {
  const clock = testClock('2026-11-21T10:00:00.000Z');
  const streams = new Map<string, OwnStream>();
  const listed: string[] = [];
  const looked: string[] = [];
  const listings: Listing[] = [];
  const pauses: [string, number][] = [];
  const failed: string[] = [];
  let answer = tags;
  let looking: (canonical: string) => Promise<void> = async () => {};
  const streamOf = ({ namespace, stream }: { namespace: string; stream: string }) =>
    streams.get(`${namespace}/${stream}`);
  const heal = healRepositories({
    registry,
    visits: {
      streamOf,
      streams: () => streams.values(),
      visit(place, tag) {
        const stream = streamOf(place);
        const view = stream && pushedTagView(stream, tag, registry);
        return view && { canonical: view.question.canonical, [Symbol.dispose]() {} };
      },
    },
    async *listTags(namespace, { registry: host, name }, { insecure }) {
      listed.push(`${host}/${namespace}/${name} ${insecure}`);
      if (answer instanceof RegistryError) throw answer;
      yield* answer;
    },
    async look(canonical, { cause }) {
      await looking(canonical);
      looked.push(`${canonical.slice(`${HOST}/shop/`.length)} ${cause}`);
      return [];
    },
    intervalOf: ({ intervalMs }) => intervalMs ?? INTERVAL,
    clock,
    random: () => 0,
    self: 'me',
    pause: (...pause) => void pauses.push(pause),
    listed: (_stream, listing) => void listings.push(listing),
    failed: (stream) => void failed.push(stream),
  });
  onTestFinished(() => heal[Symbol.asyncDispose]());
  const show = (now: OwnStream) => {
    const key = `${now.namespace}/${now.stream}`;
    const before = streams.get(key);
    streams.set(key, now);
    heal.update(now, before);
    return clock.advance(0);
  };
  if (members.length > 0) heal.setMembers(members);
  return {
    ...{ clock, heal, show, listed, looked, listings, pauses, failed },
    answer: (next: readonly string[] | RegistryError) => {
      answer = next;
    },
    look: (next: typeof looking) => {
      looking = next;
    },
  };
}

describe('the repository of a stream', () => {
  test('is looked at when the stream is new, and once in each interval after that', async () => {
    const { show, clock, listed, looked } = started(['v1', 'v2']);
    await show(ownStream());
    expect(listed).toEqual([`${HOST}/shop/web true`]);
    expect(looked).toEqual(['web:v1 (pushed) schedule', 'web:v2 (pushed) schedule']);
    await clock.advance(10 * INTERVAL);
    expect(listed).toHaveLength(11);
  });

  test('that was there before this process is looked at in its turn', async () => {
    const { show, heal, clock, listed } = started(['v1'], []);
    await show(ownStream());
    heal.setMembers(['me']);
    const turn = nextTurn(turnOffset(`${HOST}/shop/web`), INTERVAL, clock.now());
    await clock.advance(turn - clock.now() - 1);
    expect(listed).toEqual([]);
    await clock.advance(1);
    expect(listed).toHaveLength(1);
  });

  test('is looked at by one replica, and by another one when that is gone', async () => {
    const members = Array.from({ length: 9 }, (_, i) => `other-${i}`);
    const { show, heal, clock, listed } = started(['v1'], [...members, 'me']);
    const names = Array.from({ length: 40 }, (_, i) => `web-${i}`);
    for (const name of names) await show(ownStream({ name, uid: name }));
    expect(listed.length).toBeGreaterThan(0);
    expect(listed.length).toBeLessThan(20);
    heal.setMembers(['me']);
    await clock.advance(INTERVAL);
    expect(new Set(listed).size).toBe(40);
  });

  test('is looked at as often as its stream asks for', async () => {
    const { show, clock, listed } = started();
    await show(ownStream());
    await show(ownStream({ annotations: { 'poller.tagstream.io/interval': '1m' } }));
    await clock.advance(15 * MIN);
    expect(listed.length).toBeGreaterThanOrEqual(16);
  });

  test('is looked at at once when the stream asks for a check', async () => {
    const { show, listed } = started();
    await show(ownStream());
    await show(ownStream({ annotations: { [IMPORT_NOW]: 'please' } }));
    expect(listed).toHaveLength(2);
    await show(ownStream({ annotations: { [IMPORT_NOW]: 'please' }, status: [pushedTag('v1', 'a')] }));
    expect(listed).toHaveLength(2);
  });

  test('is not looked at again when a stream of the same name has gone and not come back', async () => {
    const { show, heal, clock, listed } = started();
    await show(ownStream());
    heal.update(undefined, ownStream());
    await clock.advance(2 * INTERVAL);
    expect(listed).toHaveLength(1);
  });

  test('is not looked at for signatures, for tags with another source, and for its own import', async () => {
    const docker = (name: string, from: string) => ({ name, from: { kind: 'DockerImage', name: from } });
    const { show, looked } = started(['v1', 'latest', 'same', 'once', `sha256-${'a'.repeat(64)}.sig`]);
    const spec = [docker('latest', 'r/web'), docker('same', `${HOST}/shop/web:same`), docker('once', 'r/web')];
    await show(ownStream({ spec, status: [pushedTag('once', 'a'), { tag: 'latest', items: [itemOf('r/web', 'b')] }] }));
    expect(looked).toEqual(['web:once (pushed) schedule', 'web:v1 (pushed) schedule']);
  });

  test('with more tags than can be looked at is looked at for the most wanted', async () => {
    const { show, looked, listings } = started([...Array.from({ length: 1_200 }, (_, i) => `c${i}`), 'latest', '1.2']);
    await show(ownStream());
    await expect.poll(() => looked.length).toBe(1_000);
    expect(looked.slice(0, 2)).toEqual(['web:latest (pushed) schedule', 'web:1.2 (pushed) schedule']);
    await expect.poll(() => listings).toEqual([{ kind: 'tags', looked: 1_000, left: 202 }]);
  });

  test.each<[string, RegistryError, object, [string, number][]]>([
    ['is not there', new RegistryError('not_found', 'none'), { kind: 'absent' }, []],
    ['is away', new RegistryError('unavailable', 'away'), { kind: 'error' }, []],
    [
      'wants to be left alone',
      new RegistryError('rate_limited', 'slow', { retryAfterMs: 7_000 }),
      { kind: 'error' },
      [[HOST, 7_000]],
    ],
  ])('that %s is asked for again at the next turn', async (_what, error, listing, expectedPauses) => {
    const { show, clock, answer, listed, listings, looked, pauses } = started(error);
    await show(ownStream());
    expect(listings).toMatchObject([listing]);
    expect(pauses).toEqual(expectedPauses);
    answer(['v1']);
    await clock.advance(INTERVAL);
    expect(listed).toHaveLength(2);
    expect(looked).toEqual(['web:v1 (pushed) schedule']);
  });

  test('is looked at again soon when what was found could not be published', async () => {
    const { show, clock, look, looked, failed } = started();
    look(async () => {
      throw new Error('NATS is away');
    });
    await show(ownStream());
    expect(failed).toEqual(['shop/web']);
    look(async () => {});
    await clock.advance(1_000);
    expect(looked).toEqual(['web:v1 (pushed) schedule']);
  });
});

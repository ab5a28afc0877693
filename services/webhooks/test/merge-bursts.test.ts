import { testClock } from '@tagstream/service/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { mergeBursts } from '../src/merge-bursts.ts';
import type { Push, PushPublisher, Stored } from '../src/push-publisher.ts';

const TIMEOUT_MS = 1_000;

/** Longer than hints are held back. */
const WINDOW_MS = 600;

function push(deliveryId: string, tag = 'latest'): Push {
  return {
    source: 'quay',
    registry: 'quay.io',
    repository: 'shop/web',
    tag,
    receivedAt: '2026-11-21T10:00:00.000Z',
    deliveryId,
    verified: 'token',
  };
}

describe('a burst of hints', () => {
  let clock: ReturnType<typeof testClock>;
  let sent: string[];
  let send: (push: Push) => Promise<Stored>;
  let merged: number;
  let publisher: PushPublisher;

  beforeEach(() => {
    clock = testClock();
    sent = [];
    merged = 0;
    send = async () => 'stored';
    publisher = mergeBursts({
      clock,
      publisher: {
        publish: (one) => {
          sent.push(`${one.deliveryId} ${one.tag}`);
          return send(one);
        },
      },
      onMerged: () => merged++,
    });
  });

  const publish = (...args: Parameters<typeof push>) => publisher.publish(push(...args), TIMEOUT_MS);

  test('the first goes out at once', async () => {
    await expect(publish('1')).resolves.toBe('stored');
    expect(sent).toEqual(['1 latest']);
  });

  test('those that follow become one, at the end of the window', async () => {
    await publish('1');
    const followers = [publish('2'), publish('3'), publish('4')];
    await clock.advance(WINDOW_MS / 2);
    expect(sent).toEqual(['1 latest']);
    await clock.advance(WINDOW_MS / 2);
    expect(await Promise.all(followers)).toEqual(['stored', 'stored', 'stored']);
    expect(sent).toEqual(['1 latest', expect.stringMatching(/^merged-[0-9a-f]{64} latest$/)]);
    expect(merged).toBe(3);
  });

  test('a single follower keeps its id, so that the stream knows it when it is delivered again', async () => {
    await publish('1');
    const follower = publish('2');
    await clock.advance(WINDOW_MS);
    await follower;
    expect(sent).toEqual(['1 latest', '2 latest']);
  });

  test('the follower that came last says what is looked for', async () => {
    const claims: (string | undefined)[] = [];
    send = async (one) => {
      claims.push(one.claimedDigest);
      return 'stored';
    };
    const claiming = (id: string, digit: string) =>
      publisher.publish({ ...push(id), claimedDigest: `sha256:${digit.repeat(64)}` }, TIMEOUT_MS);
    await claiming('1', 'a');
    const followers = [claiming('2', 'b'), claiming('3', 'c')];
    await clock.advance(WINDOW_MS);
    await Promise.all(followers);
    expect(claims).toEqual([`sha256:${'a'.repeat(64)}`, `sha256:${'c'.repeat(64)}`]);
  });

  test('goes on as long as hints come, one a window', async () => {
    await publish('1');
    const all: Promise<Stored>[] = [];
    for (let i = 2; i < 32; i++) {
      all.push(publish(String(i)));
      await clock.advance(100);
    }
    await clock.advance(WINDOW_MS);
    await Promise.all(all);
    expect(sent.length).toBeGreaterThan(4);
    expect(sent.length).toBeLessThan(10);
  });

  test('is over when nothing came for a window: the next is a first one', async () => {
    await publish('1');
    await clock.advance(WINDOW_MS);
    await expect(publish('2')).resolves.toBe('stored');
    expect(sent).toEqual(['1 latest', '2 latest']);
  });

  test('holds back nothing of other tags, repositories and registries', async () => {
    const about = [
      push('1'),
      push('2', '1.4'),
      { ...push('3'), repository: 'shop/api' },
      { ...push('4'), registry: 'ghcr.io' },
    ];
    await Promise.all(about.map((one) => publisher.publish(one, TIMEOUT_MS)));
    expect(sent).toHaveLength(4);
    expect(merged).toBe(0);
  });

  test('the same delivery once more is answered when the first is stored, and not sent', async () => {
    const gate = Promise.withResolvers<Stored>();
    send = () => gate.promise;
    const first = publish('1');
    const again = publish('1');
    gate.resolve('stored');
    expect(await Promise.all([first, again])).toEqual(['stored', 'duplicate']);
    expect(sent).toEqual(['1 latest']);
  });

  test('the same delivery once more fails when the first does', async () => {
    const gate = Promise.withResolvers<Stored>();
    send = () => gate.promise;
    const both = Promise.allSettled([publish('1'), publish('1')]);
    gate.reject(new Error('no responders'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('a first one that could not be stored holds back nothing', async () => {
    send = async () => Promise.reject(new Error('no responders'));
    await expect(publish('1')).rejects.toThrow('no responders');
    send = async () => 'stored';
    await expect(publish('2')).resolves.toBe('stored');
    expect(sent).toEqual(['1 latest', '2 latest']);
  });

  test('followers that could not be stored all hear of it, and the next is a first one', async () => {
    await publish('1');
    send = async () => Promise.reject(new Error('no responders'));
    const followers = Promise.allSettled([publish('2'), publish('3')]);
    await clock.advance(WINDOW_MS);
    expect((await followers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    send = async () => 'stored';
    await expect(publish('4')).resolves.toBe('stored');
  });

  test('new deliveries together with one that is known to the stream are not taken for known', async () => {
    const known = new Set<string>();
    send = async ({ deliveryId }) => {
      if (known.has(deliveryId)) return 'duplicate';
      known.add(deliveryId);
      return 'stored';
    };
    await publish('old');
    await clock.advance(WINDOW_MS);
    await publish('1');
    const followers = [publish('2'), publish('old')];
    await clock.advance(WINDOW_MS);
    expect(await Promise.all(followers)).toEqual(['stored', 'stored']);
  });

  test('any number of tags leaves nothing behind', async () => {
    for (let i = 0; i < 1_000; i++) await publish(`a${i}`, `tag-${i}`);
    await clock.advance(WINDOW_MS);
    expect(clock.sleeping).toBe(0);
    const [first] = await Promise.all([publish('x'), publish('y', 'tag-1')]);
    expect(first).toBe('stored');
  });
});

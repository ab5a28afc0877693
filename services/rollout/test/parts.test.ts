import type { KubeObject } from '@tagstream/api-types';
import { TagUpdated, toCloudEvent } from '@tagstream/events';
import { createLog, createMetrics, GroupIndex, systemClock } from '@tagstream/service';
import { describe, expect, test } from 'vitest';
import { config } from '../src/config.ts';
import { followTagHandler } from '../src/follow-tag.ts';
import { PendingWrites } from '../src/pending-write.ts';
import { createTelemetry } from '../src/telemetry.ts';
import { WakeUps } from '../src/wake-ups.ts';

const object = (resourceVersion: string, uid = 'u'): KubeObject => ({
  metadata: { name: 'web-1', uid, resourceVersion },
});

test('the configuration has defaults for everything but what only the environment knows', () => {
  expect(config.parse({})).toMatchObject({ resyncSeconds: 600, concurrency: 16, namespace: undefined });
  expect(() => config.parse({ TAGSTREAM_ROLLOUT_CONCURRENCY: '0' })).toThrow(/TAGSTREAM_ROLLOUT_CONCURRENCY/);
});

describe('the last write', () => {
  const waitFor = (written: Parameters<PendingWrites['set']>[1], seen: KubeObject | undefined, afterMs = 10) => {
    const pending = new PendingWrites();
    pending.set('shop/web', written, 0);
    return pending.waitMs('shop/web', () => seen, afterMs);
  };

  test.each([
    ['an older version in view', object('9'), 4990],
    ['nothing in view yet', undefined, 4990],
    ['its own version in view', object('10'), 0],
    ['a newer version in view', object('11'), 0],
    ['a namesake in view', object('3', 'other'), 0],
  ])('is waited for until it shows: %s', (_, seen, expected) => {
    expect(waitFor({ kind: 'done', object: object('10'), shows: 'version' }, seen)).toBe(expected);
  });

  test('of a deletion is waited for until the object is gone', () => {
    expect(waitFor({ kind: 'done', object: object('10'), shows: 'gone' }, object('10'))).toBe(4990);
    expect(waitFor({ kind: 'done', object: object('10'), shows: 'gone' }, undefined)).toBe(0);
  });

  test('is not waited for for ever', () => {
    expect(waitFor({ kind: 'done', object: object('10'), shows: 'version' }, object('9'), 5001)).toBe(0);
  });
});

test('members are found by group, and a member that is set anew leaves the groups it had', () => {
  const index = new GroupIndex<string>();
  index.set('1', 'one', ['a', 'b']);
  index.set('2', 'two', ['b']);
  expect(index.members('b')).toEqual(['one', 'two']);
  index.set('1', 'ONE', ['c']);
  expect([index.members('a'), index.members('b'), index.members('c')]).toEqual([[], ['two'], ['ONE']]);
  index.set('1', 'ONE', []);
  expect(index.members('c')).toEqual([]);
});

describe('a tag-updated event', () => {
  const event = toCloudEvent(TagUpdated, TagUpdated.sample, { source: '/test', time: '2026-11-21T10:00:00.000Z' });
  const deliver = (wakeUps: WakeUps, added: string[]) => {
    const handler = followTagHandler({
      followers: (tag) => (tag === 'shop/web:latest' ? ['shop/a', 'shop/b'] : []),
      wakeUps,
      add: (key) => added.push(key),
      clock: systemClock,
      telemetry: createTelemetry(createMetrics(), createLog({ service: 'rollout', level: 'silent' })),
    });
    return handler(event, {} as never);
  };

  test('is done when every follower has been looked at', async () => {
    const wakeUps = new WakeUps();
    const added: string[] = [];
    let outcome: unknown;
    const handled = deliver(wakeUps, added).then((result) => {
      outcome = result;
    });
    expect(added).toEqual(['shop/a', 'shop/b']);
    for (const request of wakeUps.take('shop/a')) request.resolve();
    await Promise.resolve();
    expect(outcome).toBeUndefined();
    const requests = wakeUps.take('shop/b');
    wakeUps.putBack('shop/b', requests);
    for (const request of wakeUps.take('shop/b')) request.resolve();
    await handled;
    expect(outcome).toEqual({ kind: 'done' });
  });

  test('comes again when a follower could not be looked at', async () => {
    const wakeUps = new WakeUps();
    const handled = deliver(wakeUps, []);
    for (const request of wakeUps.take('shop/a')) request.reject(new Error('unreachable'));
    for (const request of wakeUps.take('shop/b')) request.resolve();
    await expect(handled).rejects.toThrow('unreachable');
  });
});

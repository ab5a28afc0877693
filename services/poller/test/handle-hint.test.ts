import { RegistryPush } from '@tagstream/events';
import { type TestClock, testClock } from '@tagstream/service/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHintHandler, decide, type HintFate, type Push } from '../src/handle-hint.ts';
import type { Look, LookResult } from '../src/look.ts';
import { digest } from './tags.ts';

const A = digest('a');
const B = digest('b');
const NOW = 1_000_000;
const answered = (image: string | null): LookResult => ({ kind: 'answered', digest: image });

describe('a hint that was looked at', () => {
  test.each<[string, readonly LookResult[], string | undefined, number, object]>([
    ['is done when the registry shows what was announced', [answered(A)], A, 1, { kind: 'done', fate: 'answered' }],
    ['is done when nothing was announced', [answered(A)], undefined, 1, { kind: 'done', fate: 'answered' }],
    ['is done when it is shown in every way it is asked for', [answered(A), answered(A)], A, 1, { kind: 'done' }],
    ['comes back soon when the registry lags', [answered(B)], A, 1, { kind: 'retry', fate: 'lagging', afterMs: 250 }],
    ['comes back soon when a replica does not have it yet', [answered(null)], A, 1, { kind: 'retry', fate: 'lagging' }],
    ['comes back later each time', [answered(B)], A, 3, { kind: 'retry', fate: 'lagging', afterMs: 5_000 }],
    ['is done when the digest stays away', [answered(B)], A, 4, { kind: 'done', fate: 'answered' }],
    [
      'comes back when there was no answer',
      [{ kind: 'failed', reason: 'timeout' }],
      A,
      1,
      { kind: 'retry', fate: 'retried', afterMs: 10_000 },
    ],
    [
      'comes back after the pause',
      [answered(A), { kind: 'paused', untilMs: NOW + 7_000 }],
      A,
      1,
      { kind: 'retry', afterMs: 7_000 },
    ],
    [
      'comes back when its stream is there',
      [{ kind: 'not-yet', afterMs: 50, reason: 'just created' }],
      A,
      1,
      { kind: 'retry', fate: 'retried', afterMs: 50 },
    ],
    ['comes back when many wait', [{ kind: 'busy' }], A, 1, { kind: 'retry', afterMs: 1_000 }],
    ['is given up in the end', [{ kind: 'failed', reason: 'timeout' }], A, 12, { kind: 'done', fate: 'given-up' }],
  ])('%s', (_what, results, claimed, deliveries, decision) => {
    expect(decide(results, claimed, deliveries, NOW)).toMatchObject(decision);
  });
});

describe('the handler of hints', () => {
  let looked: { canonical: string; look: Look }[];
  let results: readonly LookResult[];
  let fates: HintFate[];
  let clock: TestClock;
  const delivery = { deliveries: 1, signal: new AbortController().signal };
  const push = (change: Partial<Push> = {}): Push => ({ ...RegistryPush.sample, ...change });
  const handler = () =>
    createHintHandler({
      loop: {
        look: async (canonical, look) => {
          looked.push({ canonical, look });
          return results;
        },
      },
      clock,
      hinted: (_push, fate) => fates.push(fate),
    });

  beforeEach(() => {
    clock = testClock();
    looked = [];
    fates = [];
    results = [answered(RegistryPush.sample.claimedDigest ?? null)];
  });

  test('looks at the reference and passes on what measures the latency', async () => {
    expect(await handler()(push(), delivery)).toEqual({ kind: 'done' });
    expect(looked).toEqual([
      {
        canonical: 'registry.example.com/shop/web:latest',
        look: {
          cause: 'webhook',
          hint: {
            deliveryId: 'd83e4a01',
            receivedAt: '2026-11-21T10:00:00.090Z',
            pushedAt: '2026-11-21T10:00:00.070Z',
          },
        },
      },
    ]);
  });

  test.each([
    ['Docker Hub', { registry: 'index.docker.io', repository: 'nginx', tag: '1' }, 'docker.io/library/nginx:1'],
    ['a deep repository', { registry: 'quay.io', repository: 'a/b/c', tag: '1' }, 'quay.io/a/b/c:1'],
    ['a registry without a dot', { registry: 'registry', repository: 'web', tag: '1' }, 'registry/web:1'],
  ])('knows %s in its normal form', async (_what, change, canonical) => {
    await handler()(push(change), delivery);
    expect(looked[0]?.canonical).toBe(canonical);
  });

  test('a recheck is a request, not a push', async () => {
    await handler()(push({ source: 'recheck', verified: 'internal' }), delivery);
    expect(looked[0]?.look).toEqual({ cause: 'request' });
  });

  test('a hint that is delivered twice is looked at once', async () => {
    const handle = handler();
    await handle(push(), delivery);
    expect(await handle(push(), { ...delivery, deliveries: 2 })).toEqual({ kind: 'done' });
    expect(looked).toHaveLength(1);
    expect(fates).toEqual(['answered', 'repeated']);
  });

  test('another delivery of the same tag is another look', async () => {
    const handle = handler();
    await handle(push(), delivery);
    await handle(push({ deliveryId: 'd2' }), delivery);
    expect(looked).toHaveLength(2);
  });

  test('a tag that is announced before it has moved is looked at until it has', async () => {
    results = [answered(B)];
    const handled = handler()(push(), delivery);
    await clock.advance(5);
    results = [answered(push().claimedDigest ?? null)];
    await clock.advance(10);
    expect(await handled).toEqual({ kind: 'done' });
    expect(looked).toHaveLength(3);
    expect(fates).toEqual(['answered']);
  });

  test('a hint that is ahead of its registry for longer is laid aside, and looked at again then', async () => {
    const handle = handler();
    results = [answered(B)];
    const first = handle(push(), delivery);
    await clock.advance(1_000);
    expect(await first).toMatchObject({ kind: 'retry', afterMs: 250 });
    looked.length = 0;
    results = [answered(push().claimedDigest ?? null)];
    expect(await handle(push(), { ...delivery, deliveries: 2 })).toEqual({ kind: 'done' });
    expect(looked).toHaveLength(1);
    expect(fates).toEqual(['lagging', 'answered']);
  });

  test('a reference that nobody follows is done', async () => {
    results = [];
    expect(await handler()(push(), delivery)).toEqual({ kind: 'done' });
    expect(fates).toEqual(['unknown-reference']);
  });

  describe('to a repository of the own registry', () => {
    const inOwn = (created?: LookResult) => {
      let visiting = 0;
      let creations = 0;
      const handle = createHintHandler({
        loop: {
          async look(canonical, look) {
            expect(visiting).toBe(created === undefined ? 1 : 0);
            looked.push({ canonical, look });
            return results;
          },
        },
        own: {
          visit() {
            if (created !== undefined) return undefined;
            visiting += 1;
            const leave = () => {
              visiting -= 1;
            };
            return { canonical: 'of its own', [Symbol.dispose]: leave };
          },
          async create() {
            creations += 1;
            return created;
          },
        },
        clock,
        hinted: (_push, fate) => fates.push(fate),
      });
      return { handle, visiting: () => visiting, creations: () => creations };
    };

    test('is looked at for its stream and for those that import it, and the visit ends', async () => {
      const { handle, visiting, creations } = inOwn();
      expect(await handle(push(), delivery)).toEqual({ kind: 'done' });
      expect(looked.map(({ canonical }) => canonical)).toEqual(['registry.example.com/shop/web:latest', 'of its own']);
      expect([visiting(), creations()]).toEqual([0, 0]);
    });

    test('comes back when its stream was created just now', async () => {
      results = [];
      const { handle } = inOwn({ kind: 'not-yet', afterMs: 50, reason: 'just created' });
      expect(await handle(push(), delivery)).toEqual({ kind: 'retry', afterMs: 50, reason: 'just created' });
    });
  });
});

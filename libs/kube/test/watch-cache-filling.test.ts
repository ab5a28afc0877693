import { describe, expect, test } from 'vitest';
import { failure, startFakeApi } from './fake-api.ts';
import { type FakeWatch, item } from './fake-watch.ts';
import { fill, startCache } from './start-cache.ts';

describe('filling', () => {
  test('asks for a streamed list, and is synced when that is complete', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api, { namespace: 'shop', labelSelector: 'a=b', fieldSelector: 'c=d' });
    const watch = await api.nextWatch();
    expect(watch.request.path).toBe('/api/v1/namespaces/shop/configmaps');
    expect(Object.fromEntries(watch.query)).toEqual({
      watch: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '450',
      labelSelector: 'a=b',
      fieldSelector: 'c=d',
    });
    watch.accept();
    watch.event('ADDED', item('a', '1'));
    await expect.poll(() => started.cache.get('shop', 'a')).toBe('1');
    expect(started.cache.connected).toBe(false);
    expect(started.statuses).toEqual([]);
    watch.endOfInitialEvents('5');
    await started.cache.synced;
    expect(started.cache.connected).toBe(true);
    expect(started.statuses).toEqual([{ synced: true, connected: true }]);
    expect([...started.cache.values()]).toEqual(['1']);
    expect(started.cache.size).toBe(1);
  });

  test.each<[string, (watch: FakeWatch) => void]>([
    ['refuses to stream lists', (watch) => watch.refuse(422, 'Invalid')],
    [
      'ignores the wish for a streamed list',
      (watch) => {
        watch.accept();
        watch.event('ADDED', item('early', '1'));
        watch.bookmark('3');
      },
    ],
  ])('falls back to a paged list when the API server %s', async (_name, answer) => {
    await using api = await startFakeApi();
    api.reply = ({ query }) =>
      query.get('continue') === null
        ? { status: 200, body: { metadata: { continue: 'more' }, items: [item('a', '1')] } }
        : { status: 200, body: { metadata: { resourceVersion: '9' }, items: [item('b', '2')] } };
    await using started = await startCache(api);
    answer(await api.nextWatch());
    const watch = await api.nextWatch();
    expect(watch.query.get('resourceVersion')).toBe('9');
    expect(watch.query.has('sendInitialEvents')).toBe(false);
    watch.accept();
    await started.cache.synced;
    expect([...started.cache.values()]).toEqual(['1', '2']);
    expect(started.waits[0]).toBe(0);
  });

  test('keeps trying, ever more slowly, while the CRD does not exist, and says so', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api);
    for (let attempt = 0; attempt < 9; attempt += 1) (await api.nextWatch()).refuse(404, 'NotFound');
    fill(await api.nextWatch(), '5', item('a', '1'));
    await started.cache.synced;
    // 0.75 of 250 ms doubling up to 15 s, as `random` says one half
    expect(started.waits).toEqual([187.5, 375, 750, 1500, 3000, 6000, 11250, 11250, 11250]);
    expect(started.statuses).toEqual([
      { synced: false, connected: false, reason: expect.stringMatching(/answered 404 NotFound/) },
      { synced: true, connected: true },
    ]);
  });

  test('waits as long as a busy API server asks, within reason', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api);
    (await api.nextWatch()).refuse(429, 'TooManyRequests', { 'retry-after': '7' });
    (await api.nextWatch()).refuse(429, 'TooManyRequests', { 'retry-after': '86400' });
    fill(await api.nextWatch(), '5');
    await started.cache.synced;
    expect(started.waits).toEqual([7_000, 60_000]);
  });

  test('starts over when the connection breaks before the list is complete', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api);
    const broken = await api.nextWatch();
    broken.accept();
    broken.event('ADDED', item('old', '1'));
    await expect.poll(() => started.cache.size).toBe(1);
    broken.cut();
    fill(await api.nextWatch(), '5', item('new', '2'));
    await started.cache.synced;
    expect(started.changes).toEqual(['old >1', 'new >2', 'old 1>']);
  });
});

describe('when the position is too old', () => {
  test.each<[string, (watch: FakeWatch, next: () => Promise<FakeWatch>) => Promise<void>]>([
    [
      'by an ERROR event in the middle',
      async (watch) => {
        watch.error(410, 'Expired');
      },
    ],
    [
      'by the status of the next connection',
      async (watch, next) => {
        watch.cut();
        (await next()).refuse(410, 'Gone');
      },
    ],
    [
      'because versions went back',
      async (watch) => {
        watch.bookmark('4');
      },
    ],
    [
      'because the CRD was deleted meanwhile',
      async (watch, next) => {
        watch.cut();
        (await next()).refuse(404, 'NotFound');
      },
    ],
  ])('%s: what was cached stays visible until a new list is complete', async (_name, expire) => {
    await using api = await startFakeApi();
    await using started = await startCache(api);
    const first = await api.nextWatch();
    fill(first, '5', item('kept', '1'), item('vanished', '2'));
    await started.cache.synced;
    await expire(first, () => api.nextWatch());
    const second = await api.nextWatch();
    expect(second.query.get('sendInitialEvents')).toBe('true');
    expect(second.query.has('resourceVersion')).toBe(false);
    second.accept();
    second.event('ADDED', item('new', '8'));
    await expect.poll(() => started.cache.get('shop', 'new')).toBe('8');
    expect(started.cache.get('shop', 'vanished')).toBe('2');
    expect(started.cache.connected).toBe(false);
    second.event('ADDED', item('kept', '1'));
    second.endOfInitialEvents('9');
    await expect.poll(() => started.cache.connected).toBe(true);
    expect(started.changes).toEqual(['kept >1', 'vanished >2', 'new >8', 'vanished 2>']);
    expect(started.waits.at(-1)).toBeLessThanOrEqual(375);
  });

  test('in the paged list too', async () => {
    await using api = await startFakeApi();
    let calls = 0;
    api.reply = () => {
      calls += 1;
      if (calls === 1) return { status: 200, body: { metadata: { continue: 'more' }, items: [item('a', '1')] } };
      if (calls === 2) return failure(410, 'Expired', 'continue token too old');
      return { status: 200, body: { metadata: { resourceVersion: '9' }, items: [item('b', '2')] } };
    };
    await using started = await startCache(api);
    (await api.nextWatch()).refuse(422, 'Invalid');
    (await api.nextWatch()).accept();
    await started.cache.synced;
    expect([...started.cache.values()]).toEqual(['2']);
  });
});

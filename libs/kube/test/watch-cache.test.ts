import { resources, watchCache } from '@tagstream/kube';
import { describe, expect, test } from 'vitest';
import { startFakeApi } from './fake-api.ts';
import { item } from './fake-watch.ts';
import { fill, startCache } from './start-cache.ts';

describe('following', () => {
  test('goes on from the last event or bookmark when the connection breaks, without filling anew', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api);
    const first = await api.nextWatch();
    fill(first, '5', item('a', '1'));
    first.event('MODIFIED', item('a', '7'));
    await expect.poll(() => started.cache.get('shop', 'a')).toBe('7');
    first.cut();
    const second = await api.nextWatch();
    expect(second.query.get('resourceVersion')).toBe('7');
    expect(second.query.has('sendInitialEvents')).toBe(false);
    expect(started.cache.connected).toBe(false);
    expect(started.cache.get('shop', 'a')).toBe('7');
    second.accept();
    await expect.poll(() => started.cache.connected).toBe(true);
    second.bookmark('90');
    second.event('DELETED', item('a', '91'));
    await expect.poll(() => started.cache.size).toBe(0);
    second.end();
    expect((await api.nextWatch()).query.get('resourceVersion')).toBe('91');
  });

  test('a watch that ends at its time is opened again, and nobody is told', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api);
    const first = await api.nextWatch();
    fill(first, '5');
    await started.cache.synced;
    first.end();
    (await api.nextWatch()).accept();
    expect(started.statuses).toEqual([{ synced: true, connected: true }]);
  });

  test('a line that was cut off counts for nothing; its event comes again on the next connection', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api);
    const first = await api.nextWatch();
    fill(first, '5', item('a', '1'));
    await started.cache.synced;
    first.raw(JSON.stringify({ type: 'MODIFIED', object: item('a', '8') }));
    first.end();
    const second = await api.nextWatch();
    expect(second.query.get('resourceVersion')).toBe('5');
    second.accept();
    second.event('MODIFIED', item('a', '8'));
    await expect.poll(() => started.cache.get('shop', 'a')).toBe('8');
    expect(started.changes).toEqual(['a >1', 'a 1>8']);
  });

  test('a connection without a byte for too long is opened anew', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api, { idleTimeoutMs: 100 });
    const silent = await api.nextWatch();
    fill(silent, '5', item('a', '1'));
    const second = await api.nextWatch();
    await silent.closed;
    expect(second.query.get('resourceVersion')).toBe('5');
    second.accept();
    second.event('MODIFIED', item('a', '6'));
    await expect.poll(() => started.cache.get('shop', 'a')).toBe('6');
    expect(started.statuses).toEqual([{ synced: true, connected: true }]);
  });

  test('an API server that accepts connections but not the watch is reported', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api, {}, { requestTimeoutMs: 100 });
    const first = await api.nextWatch();
    fill(first, '5');
    await started.cache.synced;
    first.end();
    await api.nextWatch(); // and it gets no answer
    await expect.poll(() => started.cache.connected).toBe(false);
    expect(started.statuses.at(-1)?.reason).toMatch(/no answer within 100 ms/);
    (await api.nextWatch()).accept();
    await expect.poll(() => started.cache.connected).toBe(true);
  });

  test('a line that is no watch event is a reason to connect anew, not to stop', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api);
    const first = await api.nextWatch();
    fill(first, '5');
    await started.cache.synced;
    first.raw('<html>\n');
    (await api.nextWatch()).accept();
    await expect.poll(() => started.cache.connected).toBe(true);
    expect(started.statuses[1]?.reason).toMatch(/not JSON: <html>/);
  });
});

describe('the end', () => {
  test('disposing closes the watch; what was cached stays readable', async () => {
    await using api = await startFakeApi();
    const started = await startCache(api);
    const watch = await api.nextWatch();
    fill(watch, '5', item('a', '1'));
    await started.cache.synced;
    await started[Symbol.asyncDispose]();
    await watch.closed;
    expect(started.cache.get('shop', 'a')).toBe('1');
    expect(started.cache.connected).toBe(false);
    expect(started.statuses.at(-1)).toEqual({ synced: true, connected: false, reason: 'ended' });
  });

  test('the signal ends it before it was synced: waiting for that rejects with its reason', async () => {
    await using api = await startFakeApi();
    const controller = new AbortController();
    await using started = await startCache(api, { signal: controller.signal });
    (await api.nextWatch()).accept();
    controller.abort(new Error('shutting down'));
    await expect(started.cache.synced).rejects.toThrow('shutting down');
  });

  test('it does not wait for the delay before the next attempt', async () => {
    await using api = await startFakeApi();
    await using client = await api.client();
    const reasons: (string | undefined)[] = [];
    const cache = watchCache(client, resources.configMaps, {
      project: () => 1,
      onStatus: ({ reason }) => reasons.push(reason),
    });
    (await api.nextWatch()).refuse(429, 'TooManyRequests', { 'retry-after': '60' });
    await expect.poll(() => reasons.length).toBe(1);
    await cache[Symbol.asyncDispose](); // the test would not end in time otherwise
    expect(reasons.at(-1)).toBe('ended');
  });

  test('a status listener that throws does not end the watch', async () => {
    await using api = await startFakeApi();
    await using started = await startCache(api, {
      onStatus: () => {
        throw new Error('oops');
      },
    });
    (await api.nextWatch()).refuse(500, 'InternalError');
    fill(await api.nextWatch(), '5');
    await started.cache.synced;
  });
});

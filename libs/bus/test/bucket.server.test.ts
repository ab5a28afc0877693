import type { Bucket, BucketChange, Bus } from '@tagstream/bus';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startBus } from './harness.ts';

let bus: Bus;
let bucket: Bucket;
beforeAll(async () => {
  bus = await startBus(inject('natsUrl'));
  bucket = await bus.bucket('values');
});
afterAll(() => bus[Symbol.asyncDispose]());

describe('values', () => {
  test('a value comes back with the revision it was put at', async () => {
    const revision = await bucket.put('a.b/c', { list: [1, 2], text: 'ä' });

    expect(await bucket.get('a.b/c')).toEqual({ key: 'a.b/c', value: { list: [1, 2], text: 'ä' }, revision });
  });

  test('a key that was never put or was deleted is undefined', async () => {
    await bucket.put('deleted', 1);
    await bucket.delete('deleted');

    expect(await bucket.get('deleted')).toBeUndefined();
    expect(await bucket.get('never')).toBeUndefined();
  });

  test('create succeeds once, and again after a deletion', async () => {
    await bucket.create('once', 1);

    await expect(bucket.create('once', 2)).rejects.toMatchObject({ code: 'conflict', retryable: false });
    await bucket.delete('once');
    expect(await bucket.create('once', 3)).toBeGreaterThan(0);
  });

  test('of two updates of the same revision one wins and the other is a conflict', async () => {
    const revision = await bucket.put('contested', 0);

    const results = await Promise.allSettled([1, 2].map((value) => bucket.update('contested', value, revision)));

    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
  });

  test('delete with a stale revision is a conflict and deletes nothing', async () => {
    const revision = await bucket.put('guarded', 1);
    await bucket.put('guarded', 2);

    await expect(bucket.delete('guarded', revision)).rejects.toMatchObject({ code: 'conflict' });
    expect((await bucket.get('guarded'))?.value).toBe(2);
  });

  test('a key that the server does not allow fails with unknown and names the key', async () => {
    await expect(bucket.put('with space', 1)).rejects.toMatchObject({
      code: 'unknown',
      message: expect.stringContaining('with space'),
    });
  });

  test('keys lists what is there, by filter if wanted', async () => {
    const keys = await bus.bucket('keys');
    expect(await keys.keys()).toEqual([]);
    for (const key of ['x.1', 'x.2', 'y.1']) await keys.put(key, 0);
    await keys.delete('x.2');

    expect((await keys.keys()).toSorted()).toEqual(['x.1', 'y.1']);
    expect(await keys.keys('x.*')).toEqual(['x.1']);
  });
});

describe('options', () => {
  test('values disappear after the time to live', async () => {
    const lively = await bus.bucket('leases', { ttlMs: 300, storage: 'memory' });
    await lively.put('replica', 1);

    expect(await lively.get('replica')).toBeDefined();
    await expect.poll(() => lively.get('replica')).toBeUndefined();
  });

  test('a bucket that exists is changed to the options asked for', async () => {
    const before = await bus.bucket('changing');
    await before.put('key', 1);

    const after = await bus.bucket('changing', { ttlMs: 300 });

    await expect.poll(() => after.get('key')).toBeUndefined();
  });

  test('one that exists can be looked into as it is, and one that does not is not created', async () => {
    const made = await bus.bucket('made', { ttlMs: 60_000, history: 3 });
    await made.put('key', 'value');

    const existing = await bus.bucket('made', { existing: true });

    expect((await existing.get('key'))?.value).toBe('value');
    expect(await existing.get('never')).toBeUndefined();
    const missing = () => bus.bucket('missing', { existing: true });
    await expect(missing()).rejects.toMatchObject({ code: 'no_stream' });
    await expect(missing()).rejects.toThrow('open bucket');
  });

  test('several services may open a bucket at the same time', async () => {
    const buckets = await Promise.all([1, 2, 3].map(() => bus.bucket('shared', { ttlMs: 60_000 })));

    await buckets[0]?.put('key', 'value');
    expect((await buckets[2]?.get('key'))?.value).toBe('value');
  });
});

describe('watch', () => {
  test('tells what is there, then that this is all, then every change', async () => {
    const watched = await bus.bucket('watched');
    await watched.put('a', 1);
    await watched.put('a', 2);
    await watched.put('b', 1);
    const changes: BucketChange[] = [];

    await using _watch = watched.watch({ onChange: (change) => changes.push(change) });
    await expect.poll(() => changes.at(-1)?.kind).toBe('current');
    await watched.delete('a');
    await watched.put('c', 3);

    await expect
      .poll(() => changes)
      .toEqual([
        { kind: 'put', key: 'a', value: 2, revision: 2 },
        { kind: 'put', key: 'b', value: 1, revision: 3 },
        { kind: 'current' },
        { kind: 'delete', key: 'a', revision: 4 },
        { kind: 'put', key: 'c', value: 3, revision: 5 },
      ]);
  });

  test('of an empty bucket says at once that this is all', async () => {
    const empty = await bus.bucket('empty');
    const changes: BucketChange[] = [];

    await using _watch = empty.watch({ onChange: (change) => changes.push(change) });

    await expect.poll(() => changes).toEqual([{ kind: 'current' }]);
  });

  test('ends with its signal', async () => {
    const stop = new AbortController();
    const watch = bucket.watch({ onChange: () => undefined, signal: stop.signal });

    stop.abort();

    await expect(watch.closed).resolves.toBeUndefined();
  });
});

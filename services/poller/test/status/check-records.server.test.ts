import { type Bus, connectBus } from '@tagstream/bus';
import { answersKey, CHECKS_BUCKET, checkShard, turnOffset } from '@tagstream/events';
import { systemClock } from '@tagstream/service';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { type CheckRecords, keepCheckRecords } from '../../src/status/check-records.ts';
import { createTargetIndex } from '../../src/target-index.ts';
import { digest, tagWith } from '../tags.ts';

const patience = { timeout: 5_000, interval: 10 };

describe('the records of checks', () => {
  let prefix: string;
  let stack: AsyncDisposableStack;
  let gone: Set<string>;
  const index = createTargetIndex();
  index.setMembers(['a'], 0);

  beforeEach(() => {
    stack = new AsyncDisposableStack();
    prefix = `checks-${crypto.randomUUID().slice(0, 8)}`;
    gone = new Set();
  });
  afterEach(() => stack.disposeAsync());

  /** A replica's own connection and records. */
  async function startReplica(): Promise<{ bus: Bus; records: CheckRecords }> {
    const bus = stack.use(await connectBus({ servers: inject('natsUrl'), name: 'test', prefix }));
    const records = await keepCheckRecords(bus, {
      scope: 'poller',
      clock: systemClock,
      random: Math.random,
      hasTag: ({ tag }) => !gone.has(tag),
      onTrouble: (error) => {
        throw error;
      },
    });
    stack.use(records);
    return { bus, records };
  }

  /** A tag whose reference makes its turns early in the interval, so that all of these are in one shard. */
  const names = Array.from({ length: 20_000 }, (_, i) => `v${i}`)
    .filter((name) => checkShard(turnOffset(`quay.io/team/app:${name}`)) === 0)
    .slice(0, 40);
  const tagOf = (name: string, importNow = '') =>
    tagWith({
      name,
      from: `quay.io/team/app:${name}`,
      image: digest('a'),
      ...(importNow !== '' && { streamAnnotations: { 'poller.tagstream.io/import-now': importNow } }),
    });
  function check({ checked }: CheckRecords, name: string, atMs: number, importNow = '') {
    const tag = tagOf(name, importNow);
    index.apply([tag], [], 0);
    const target = index.targetOf(tag);
    if (target === undefined) throw new Error('a tag that was taken in has a target');
    checked(tag, target, { atMs });
  }
  const read = async (records: CheckRecords, ...wanted: string[]) =>
    (
      await records.read(wanted.map((name) => ({ tag: tagOf(name), offset: turnOffset(`quay.io/team/app:${name}`) })))
    ).map((record) => record?.c);

  test('are shown by the replica that made them at once, and by all when they are written', async () => {
    const [a, b] = [await startReplica(), await startReplica()];
    const [first = '', second = ''] = names;
    check(a.records, first, 5);
    expect(await read(a.records, first, second)).toEqual([5, undefined]);
    expect(await read(b.records, first)).toEqual([undefined]);
    await a.records[Symbol.asyncDispose]();
    expect(await read(b.records, first, second)).toEqual([5, undefined]);
  });

  test('of replicas that write the same shard at the same time are all kept', async () => {
    const replicas = await Promise.all(Array.from({ length: 4 }, startReplica));
    for (const [i, name] of names.entries()) {
      const replica = replicas[i % 4];
      if (replica !== undefined) check(replica.records, name, 100 + i);
    }
    await Promise.all(replicas.map(({ records }) => records[Symbol.asyncDispose]()));
    const { records } = await startReplica();
    expect(await read(records, ...names)).toEqual(names.map((_, i) => 100 + i));
  });

  test('of tags that are gone are dropped', async () => {
    const [kept = '', removed = '', fresh = ''] = names;
    const first = await startReplica();
    check(first.records, kept, 5);
    check(first.records, removed, 5);
    await first.records[Symbol.asyncDispose]();
    gone.add(removed);
    const second = await startReplica();
    check(second.records, fresh, 7);
    await second.records[Symbol.asyncDispose]();
    gone.delete(removed);
    expect(await read((await startReplica()).records, kept, removed, fresh)).toEqual([5, undefined, 7]);
  });

  test('say to every replica, now and later, that a check that was asked for has been made', async () => {
    const [a, b] = [await startReplica(), await startReplica()];
    const [name = ''] = names;
    const asked = tagOf(name, 'v1');
    expect(a.records.isAnswered(asked)).toBe(false);
    check(a.records, name, Date.now(), 'v1');
    expect(a.records.isAnswered(asked)).toBe(true);
    await a.records[Symbol.asyncDispose]();
    await expect.poll(() => b.records.isAnswered(asked), patience).toBe(true);
    expect((await startReplica()).records.isAnswered(asked)).toBe(true);
    expect(b.records.isAnswered(tagOf(name, 'v2'))).toBe(false);
  });

  test('give every replica the last answer, even from one whose clock is behind', async () => {
    const [a, b] = [await startReplica(), await startReplica()];
    const [name = ''] = names;
    check(a.records, name, 1_000, 'v1');
    await a.records[Symbol.asyncDispose]();
    await expect.poll(() => b.records.isAnswered(tagOf(name, 'v1')), patience).toBe(true);
    check(b.records, name, 500, 'v2');
    await b.records[Symbol.asyncDispose]();
    const { records } = await startReplica();
    expect(records.isAnswered(tagOf(name, 'v2'))).toBe(true);
    expect(records.isAnswered(tagOf(name, 'v1'))).toBe(false);
  });

  test('do not answer a value again that came back after a check without it', async () => {
    const [name = ''] = names;
    const first = await startReplica();
    check(first.records, name, 5, 'v1');
    check(first.records, name, 6);
    expect(first.records.isAnswered(tagOf(name, 'v1'))).toBe(false);
    await first.records[Symbol.asyncDispose]();
    expect((await startReplica()).records.isAnswered(tagOf(name, 'v1'))).toBe(false);
  });

  test('are followed by the other replicas only where somebody asked for a check', async () => {
    const { bus, records } = await startReplica();
    const [quiet = '', asked = ''] = names;
    const bucket = await bus.bucket(CHECKS_BUCKET);
    const revision = async () => (await bucket.get(answersKey('poller', 0)))?.revision;
    check(records, quiet, 5);
    await records[Symbol.asyncDispose]();
    expect(await revision()).toBeUndefined();

    const second = await startReplica();
    check(second.records, asked, 5, 'v1');
    await second.records[Symbol.asyncDispose]();
    const written = await revision();
    expect(written).toBeDefined();

    const third = await startReplica();
    check(third.records, asked, 6, 'v1');
    check(third.records, quiet, 6);
    await third.records[Symbol.asyncDispose]();
    expect(await revision()).toBe(written);
    expect(await read((await startReplica()).records, quiet, asked)).toEqual([6, 6]);
  });
});

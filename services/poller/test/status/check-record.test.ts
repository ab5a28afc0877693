import { CHECK_SHARDS, checkId, checkShard, readCheckShard } from '@tagstream/events';
import { describe, expect, test } from 'vitest';
import { answerAfter, mergeRecord, mergeShard, recordOf } from '../../src/status/check-record.ts';

const everything = () => true;

describe('the record of a check', () => {
  test('of a tag that is as it was is its time and nothing else', () => {
    expect(recordOf({ atMs: 5 }, '')).toEqual({ c: 5 });
  });

  test('of a tag with a schedule says how often it is checked', () => {
    expect(recordOf({ atMs: 5, intervalMs: 900_000 }, '')).toEqual({ c: 5, i: 900_000 });
    expect(mergeRecord({ c: 5, i: 900_000 }, { c: 7 })).toEqual({ c: 7 });
  });

  test('has the failure, when it is tried again, and what it answers', () => {
    const check = { atMs: 5, retryAtMs: 9, error: { reason: 'NotFound', message: 'm'.repeat(500) } };
    expect(recordOf(check, 'now 1')).toEqual({ c: 5, r: 9, n: 'now 1', e: [5, 'NotFound', 'm'.repeat(200)] });
  });

  test('keeps the last failure when a later check succeeds, and forgets the retry', () => {
    const failed = recordOf({ atMs: 5, retryAtMs: 9, error: { reason: 'NotFound', message: 'm' } }, '');
    expect(mergeRecord(failed, { c: 7 })).toEqual({ c: 7, e: [5, 'NotFound', 'm'] });
    expect(mergeRecord({ c: 7 }, failed)).toEqual({ c: 7, e: [5, 'NotFound', 'm'] });
  });
});

describe('the answer to an annotation', () => {
  test.each([
    { of: 'a tag that was never asked for', known: undefined, importNow: '', answer: undefined },
    { of: 'the first value', known: undefined, importNow: 'v1', answer: { c: 5, n: 'v1' } },
    { of: 'a value that is answered already', known: { c: 3, n: 'v1' }, importNow: 'v1', answer: undefined },
    { of: 'another value', known: { c: 3, n: 'v1' }, importNow: 'v2', answer: { c: 5, n: 'v2' } },
    { of: 'another value, by a slow clock', known: { c: 9, n: 'v1' }, importNow: 'v2', answer: { c: 10, n: 'v2' } },
    { of: 'an annotation that was taken away', known: { c: 3, n: 'v1' }, importNow: '', answer: { c: 5 } },
    { of: 'one that was taken away before', known: { c: 3 }, importNow: '', answer: undefined },
    { of: 'one that came back', known: { c: 3 }, importNow: 'v1', answer: { c: 5, n: 'v1' } },
  ])('$of', ({ known, importNow, answer }) => {
    expect(answerAfter(known, 5, importNow)).toEqual(answer);
  });
});

describe('a shard', () => {
  test('takes in later checks and keeps the others', () => {
    const before = { 'a/s/1': { c: 5 }, 'a/s/2': { c: 5 }, 'a/s/3': { c: 5 } };
    const fresh = { 'a/s/1': { c: 6 }, 'a/s/2': { c: 4 }, 'a/s/4': { c: 6 } };
    expect(mergeShard(before, fresh, everything)).toEqual({
      'a/s/1': { c: 6 },
      'a/s/2': { c: 5 },
      'a/s/3': { c: 5 },
      'a/s/4': { c: 6 },
    });
  });

  test('loses the tags that are gone', () => {
    const hasTag = ({ namespace, stream, tag }: { namespace: string; stream: string; tag: string }) =>
      [namespace, stream, tag].join() === 'a,s,1';
    expect(mergeShard({ 'a/s/1': { c: 1 }, 'b/s/1': { c: 1 } }, { 'a/s/2': { c: 1 } }, hasTag)).toEqual({
      'a/s/1': { c: 1 },
    });
  });

  test.each([undefined, null, 'text', [], { 'a/s/1': 5 }, { 'a/s/1': { c: 'soon' } }])(
    'is empty when it is %j',
    (value) => {
      expect(readCheckShard(value)).toEqual({});
    },
  );

  test('holds the tags whose turns are close together', () => {
    expect(checkShard(0)).toBe(0);
    expect(checkShard(0.999999)).toBe(CHECK_SHARDS - 1);
    expect(checkShard(0.5)).toBe(CHECK_SHARDS / 2);
  });

  test('with 1,000 tags that all fail stays below the largest message', () => {
    const error = { reason: 'InternalError', message: 'x'.repeat(1_000) };
    const records = Array.from({ length: 1_000 }, (_, i) => [
      checkId({ namespace: 'n'.repeat(63), stream: 's'.repeat(63), tag: `t${i}` }),
      recordOf({ atMs: Date.parse('2026-11-21'), retryAtMs: Date.parse('2026-11-21'), error }, 'x'.repeat(40)),
    ]);
    expect(JSON.stringify(Object.fromEntries(records)).length).toBeLessThan(1024 * 1024);
  });
});

import { normalizeTag } from '@tagstream/api-types';
import { type CheckRecord, nextTurn, turnOffset } from '@tagstream/events';
import { describe, expect, test } from 'vitest';
import { type NextCheck, nextCheck } from '../src/checks/next-check.ts';

const FROM = 'docker.io/library/nginx:latest';
const INTERVAL_MS = 15 * 60_000;
const CHECKED_MS = Date.parse('2026-11-21T12:00:00Z');
const TURN_MS = nextTurn(turnOffset(FROM), INTERVAL_MS, CHECKED_MS);

interface Row {
  readonly row: string;
  readonly nowMs: number;
  readonly record?: Partial<CheckRecord>;
  readonly from?: string;
  readonly scheduled?: boolean;
  readonly isPending?: boolean;
  readonly importNow?: string;
  readonly expected: NextCheck;
}

describe('the next check of a tag', () => {
  test.each<Row>([
    { row: 'is its next turn', nowMs: CHECKED_MS, expected: { kind: 'at', atMs: TURN_MS } },
    {
      row: 'is the turn of the reference, however it is spelled',
      nowMs: CHECKED_MS,
      from: 'nginx',
      expected: { kind: 'at', atMs: TURN_MS },
    },
    {
      row: 'is now while its turn has only just come',
      nowMs: TURN_MS + 60_000,
      expected: { kind: 'at', atMs: TURN_MS },
    },
    {
      row: 'is the turn after when one was missed, as at a restart',
      nowMs: TURN_MS + 10 * 60_000,
      expected: { kind: 'at', atMs: TURN_MS + INTERVAL_MS },
    },
    {
      row: 'is overdue when two were missed',
      nowMs: TURN_MS + INTERVAL_MS + 3 * 60_000,
      expected: { kind: 'overdue', atMs: TURN_MS },
    },
    {
      row: 'is the retry of a failure when that comes first',
      nowMs: CHECKED_MS,
      record: { r: CHECKED_MS + 5 },
      expected: { kind: 'at', atMs: CHECKED_MS + 5 },
    },
    {
      row: 'is no retry that is long past',
      nowMs: TURN_MS + 60_000,
      record: { r: CHECKED_MS - 3 * 60_000 },
      expected: { kind: 'at', atMs: TURN_MS },
    },
    {
      row: 'is the retry of a tag without schedule',
      nowMs: CHECKED_MS,
      scheduled: false,
      record: { r: CHECKED_MS + 5 },
      expected: { kind: 'at', atMs: CHECKED_MS + 5 },
    },
    { row: 'is none without schedule', nowMs: CHECKED_MS, scheduled: false, expected: { kind: 'none' } },
    {
      row: 'is asked for by a spec that was changed',
      nowMs: CHECKED_MS,
      scheduled: false,
      isPending: true,
      expected: { kind: 'asked' },
    },
    {
      row: 'is asked for by an annotation that no check has answered',
      nowMs: CHECKED_MS,
      record: { n: '1' },
      importNow: '2',
      expected: { kind: 'asked' },
    },
    {
      row: 'is its turn when the annotation is answered',
      nowMs: CHECKED_MS,
      record: { n: '2' },
      importNow: '2',
      expected: { kind: 'at', atMs: TURN_MS },
    },
  ])('$row', ({ nowMs, record = {}, from = FROM, scheduled = true, isPending = false, importNow, expected }) => {
    const tag = { name: 'latest', from: { kind: 'DockerImage', name: from }, importPolicy: { scheduled } };
    const annotations = importNow === undefined ? {} : { 'poller.tagstream.io/import-now': importNow };
    const stream = { metadata: { name: 'app', namespace: 'shop', annotations }, spec: { tags: [tag] } };
    const wanted = normalizeTag(tag, 'shop');
    const known = { c: CHECKED_MS, ...(scheduled && { i: INTERVAL_MS }), ...record };
    expect(nextCheck({ stream, wanted, record: known, isPending, nowMs })).toEqual(expected);
  });
});

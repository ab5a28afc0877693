import { describe, expect, test } from 'vitest';
import {
  imageOwner,
  judgeRevert,
  keptRevert,
  parseReverts,
  printReverts,
  REVERTED_ANNOTATION,
  type Revert,
  wayOut,
} from '../../src/index.ts';
import { frozen } from '../fixtures.ts';

const IMAGE = 'r.example.com/web@sha256:aa';
const NOW = Date.parse('2026-11-21T10:00:00Z');
const MINUTE = 60_000;
const at = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString();
const record = (count: number, minutes: number): Revert => ({
  image: IMAGE,
  by: 'argocd-controller',
  count,
  at: at(minutes),
});
const judge = (before: Revert | undefined, reverted: number | undefined, now = 0) =>
  judgeRevert(
    frozen({
      before,
      image: IMAGE,
      owner: { manager: 'argocd-controller', ...(reverted !== undefined && { at: at(reverted) }) },
      nowMs: NOW + now * MINUTE,
    }),
  );

describe('an image that somebody takes back', () => {
  test.each<{ row: string; before: Revert | undefined; reverted: number | undefined; expected: object }>([
    { row: 'for the first time is written again at once', before: undefined, reverted: -1, expected: { count: 1 } },
    {
      row: 'for the second time is written again at once',
      before: record(1, -2),
      reverted: -1,
      expected: { count: 2 },
    },
    { row: 'for the third time waits a minute', before: record(2, -1), reverted: 0, expected: { waits: 1, count: 3 } },
    {
      row: 'for the fourth time waits two minutes',
      before: record(3, -1),
      reverted: 0,
      expected: { waits: 2, count: 4 },
    },
    {
      row: 'for the eighth time waits half an hour',
      before: record(7, -1),
      reverted: 0,
      expected: { waits: 32, count: 8 },
    },
    { row: 'for the ninth time waits an hour', before: record(8, -1), reverted: 0, expected: { waits: 60, count: 9 } },
    {
      row: 'for the thousandth time waits an hour too',
      before: record(2000, -1),
      reverted: 0,
      expected: { waits: 60, count: 2001 },
    },
    { row: 'is written again when the wait is over', before: record(3, -10), reverted: -2, expected: { count: 4 } },
    {
      row: 'at a time that is not known waits from the last write on',
      before: record(2, -0.5),
      reverted: undefined,
      expected: { waits: 0.5, count: 3 },
    },
    {
      row: 'every ten minutes by a tool that compares that often is a fight all the same',
      before: record(4, -10),
      reverted: 0,
      expected: { waits: 4, count: 5 },
    },
    {
      row: 'after it stood for longer than fights do is taken back for the first time',
      before: record(9, -71),
      reverted: 0,
      expected: { count: 1 },
    },
  ])('$row', ({ before, reverted, expected }) => {
    const verdict = judge(before, reverted);
    if (verdict.kind === 'wait') {
      expect({ waits: (verdict.notBeforeMs - NOW) / MINUTE, count: verdict.count }).toEqual(expected);
    } else {
      const { count } = verdict.revert;
      expect(verdict).toEqual({
        kind: 'write',
        isFight: count > 2,
        revert: { image: IMAGE, by: 'argocd-controller', count, at: at(0) },
      });
      expect({ count }).toEqual(expected);
    }
  });

  test('waits until the same time whenever it is asked for, and is written at that time', () => {
    const first = judge(record(4, -3), -1);
    expect(first).toMatchObject({ kind: 'wait', notBeforeMs: NOW + 3 * MINUTE });
    expect(judge(record(4, -3), -1, 2.9)).toEqual(first);
    expect(judge(record(4, -3), -1, 3)).toMatchObject({ kind: 'write', revert: { count: 5 } });
  });

  test('keeps its record while the tag moves on, until the fight is over', () => {
    expect(keptRevert(record(2, -5), 'newer', NOW)).toEqual({ ...record(2, -5), image: 'newer' });
    expect(keptRevert(record(2, -71), 'newer', NOW)).toBeUndefined();
  });
});

describe('the record on the object', () => {
  test('is read as it was written', () => {
    const reverts = new Map([
      ['web', record(2, 0)],
      ['side', record(1, -3)],
    ]);
    expect(parseReverts({ [REVERTED_ANNOTATION]: printReverts(reverts) ?? '' })).toEqual(reverts);
    expect(printReverts(new Map())).toBeUndefined();
  });

  test.each([
    '',
    'oops',
    'null',
    '[]',
    '"x"',
    '{"web":null}',
    '{"web":{"count":1}}',
    '{"web":{"image":"i","by":"b","count":-1,"at":"x"}}',
  ])('that says %j is none', (text) => {
    expect(parseReverts({ [REVERTED_ANNOTATION]: text }).size).toBe(0);
  });
});

describe('who wrote an image', () => {
  const field = { base: 'spec.template.spec', list: 'containers', container: 'web' } as const;
  const owns = (fields: object) => ({ 'f:spec': { 'f:template': { 'f:spec': fields } } });
  const web = owns({ 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {} } } });
  const entry = (manager: string, time: string, fieldsV1: unknown) => ({ manager, time, fieldsV1 });

  test.each<{ row: string; entries: ReturnType<typeof entry>[]; expected: string | undefined }>([
    { row: 'nobody, when nothing is known', entries: [], expected: undefined },
    {
      row: 'not who wrote other fields of the container',
      entries: [entry('hpa', '3', owns({ 'f:containers': { 'k:{"name":"web"}': { 'f:env': {} } } }))],
      expected: undefined,
    },
    {
      row: 'not who wrote another container',
      entries: [entry('x', '3', owns({ 'f:containers': { 'k:{"name":"side"}': { 'f:image': {} } } }))],
      expected: undefined,
    },
    {
      row: 'the only one that has it',
      entries: [entry('kubectl', '1', owns({})), entry('argo', '2', web)],
      expected: 'argo',
    },
    {
      row: 'the last one of two that want the same',
      entries: [entry('b', '2', web), entry('a', '1', web)],
      expected: 'b',
    },
    {
      row: 'who has the whole list, in a custom resource',
      entries: [entry('x', '1', owns({ 'f:containers': {} }))],
      expected: 'x',
    },
    {
      row: 'nobody, when entries cannot be read',
      entries: [entry('x', '1', 'oops'), entry('y', '1', null)],
      expected: undefined,
    },
  ])('$row', ({ entries, expected }) => {
    expect(imageOwner(frozen(entries).slice(), field)?.manager).toBe(expected);
  });
});

test.each([
  ['argocd-controller', 'RespectIgnoreDifferences=true'],
  ['kustomize-controller', 'spec.ignore of the Kustomization with the path /spec/x'],
  ['helm-controller', 'spec.driftDetection.ignore'],
  ['kubectl-client-side-apply', 'leave the image out of what kubectl-client-side-apply writes'],
])('the way out of a fight with %s', (manager, says) => {
  expect(wayOut(manager, '/spec/x')).toContain(says);
  expect(wayOut(manager, '/spec/x')).toContain('"paused": true');
});

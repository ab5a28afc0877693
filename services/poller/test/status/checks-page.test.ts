import { type CheckRecord, nextTurn } from '@tagstream/events';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, test } from 'vitest';
import { checksPage } from '../../src/status/checks-page.ts';
import { createTargetIndex } from '../../src/target-index.ts';
import { digest, type TagState, tagWith } from '../tags.ts';

const clock = testClock('2026-11-21T10:00:00.000Z');
const NOW = clock.now();
const INTERVAL_MS = 900_000;
const scheduled = { scheduled: true };

/** The page of a stream with one tag in a state. */
function pageOf(state: TagState, record?: CheckRecord, isAnswered = false) {
  const tag = tagWith(state);
  const index = createTargetIndex();
  index.setMembers(['replica-1'], 0);
  index.apply([tag], [], NOW);
  const page = checksPage({
    tagsOf: (namespace, stream) => (namespace === 'shop' && stream === 'web' ? [tag] : undefined),
    targetOf: index.targetOf,
    settings: { intervalMs: INTERVAL_MS, floorOf: () => 10_000, isAnswered: () => isAnswered },
    records: { read: async (tags) => tags.map(() => record), isAnswered: () => isAnswered },
    clock,
  });
  const turnMs = nextTurn(index.targetOf(tag)?.offset ?? 0, INTERVAL_MS, NOW);
  return { page, turn: new Date(turnMs).toISOString() };
}

const ask = async (state: TagState, record?: CheckRecord, isAnswered?: boolean) => {
  const { page, turn } = pageOf(state, record, isAnswered);
  const { status, body } = await page(new URLSearchParams({ namespace: 'shop', stream: 'web' }));
  return { status, turn, tag: (body as { tags: unknown[] }).tags[0] };
};

describe('the page of checks', () => {
  test('says when a scheduled tag was checked, when it will be, and by whom', async () => {
    const state = { image: digest('a'), importPolicy: scheduled };
    const { status, turn, tag } = await ask(state, { c: NOW - 60_000 });
    expect(status).toBe(200);
    expect(tag).toEqual({
      tag: 'latest',
      from: 'registry.example.com/shop/web:latest',
      intervalMs: INTERVAL_MS,
      lastChecked: '2026-11-21T09:59:00.000Z',
      nextCheck: turn,
      lastError: null,
      checkedBy: 'replica-1',
      importNow: null,
      problem: null,
    });
  });

  test('says of a tag without schedule that nothing is planned', async () => {
    expect((await ask({ image: digest('a') }, { c: NOW })).tag).toMatchObject({ intervalMs: null, nextCheck: null });
  });

  test('says of a tag that nobody checked that it is about to be', async () => {
    expect((await ask({})).tag).toMatchObject({ lastChecked: null, nextCheck: '2026-11-21T10:00:00.000Z' });
  });

  test('shows the last failure and when it is tried again', async () => {
    const record: CheckRecord = { c: NOW - 1_000, r: NOW + 4_000, e: [NOW - 1_000, 'InternalError', 'no answer'] };
    const { tag } = await ask({ image: digest('a'), importPolicy: scheduled }, record);
    expect(tag).toMatchObject({
      nextCheck: '2026-11-21T10:00:04.000Z',
      lastError: { at: '2026-11-21T09:59:59.000Z', reason: 'InternalError', message: 'no answer' },
    });
  });

  test.each([
    [true, null],
    [false, '2026-11-21T10:00:00.000Z'],
  ])('says whether the check that was asked for has been made: %s', async (done, nextCheck) => {
    const state = { image: digest('a'), streamAnnotations: { 'poller.tagstream.io/import-now': 'v2' } };
    expect((await ask(state, { c: NOW - 1 }, done)).tag).toMatchObject({ importNow: { asked: 'v2', done }, nextCheck });
  });

  test('shows the interval that counts, and why another one does not', async () => {
    const state = (interval: string) => ({
      image: digest('a'),
      importPolicy: scheduled,
      streamAnnotations: { 'poller.tagstream.io/interval': interval },
    });
    expect((await ask(state('1s'))).tag).toMatchObject({ intervalMs: 10_000, problem: null });
    expect((await ask(state('often'))).tag).toMatchObject({
      intervalMs: INTERVAL_MS,
      problem: expect.stringContaining('"often"'),
    });
  });

  test.each([{}, { namespace: 'shop' }, { stream: 'web' }])('wants a stream to be named: %j', async (query) => {
    expect((await pageOf({}).page(new URLSearchParams(query))).status).toBe(400);
  });

  test('knows nothing of a stream that is not there', async () => {
    expect((await pageOf({}).page(new URLSearchParams({ namespace: 'shop', stream: 'other' }))).status).toBe(404);
  });
});

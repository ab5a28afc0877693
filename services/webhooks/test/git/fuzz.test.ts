import { GitHook, toCloudEvent } from '@tagstream/events';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { gitHosts } from '../../src/git/hosts/index.ts';
import { bodyMutation, oddHeaders } from '../mutations.ts';
import { allTriggers, buildConfig, gitRequest, testGitHooks } from './git-hooks.ts';

/** 100,000 take minutes: `TAGSTREAM_FUZZ_RUNS=100000`. */
const RUNS = Number(process.env.TAGSTREAM_FUZZ_RUNS ?? 2_000);
const MS_PER_RUN = 60;

/** A Build has the commit, its message and people; nothing that a sender writes makes these longer than this. */
const MAX_REVISION_BYTES = 20_000;

const SECRET = 'correct-horse-battery-staple';
const SIGNING = 'battery-staple-correct-horse';
const NOW_MS = Date.parse('2026-11-21T10:00:00.000Z');

const samples = [...gitHosts.values()].flatMap((host) => host.samples.map((sample) => ({ host, sample })));

const delivery = fc.record({
  about: fc.constantFrom(...samples),
  mutate: bodyMutation,
  headers: fc.oneof(fc.constant({}), oddHeaders),
  keepHeaders: fc.boolean(),
  contentType: fc.constantFrom(
    'kept',
    'kept',
    'application/json',
    'application/yaml',
    'application/x-www-form-urlencoded',
    'a//b',
  ),
  secret: fc.oneof(
    { weight: 6, arbitrary: fc.constant(SECRET) },
    { weight: 1, arbitrary: fc.constantFrom('', 'wrong', '__proto__', '%2e%2e', 'a/b', `${SECRET}x`) },
    { weight: 1, arbitrary: fc.string({ maxLength: 50 }).filter((text) => !/^\.+$/.test(text)) },
  ),
  signed: fc.constantFrom('right', 'right', 'wrong', 'none'),
  mustSign: fc.boolean(),
  isAway: fc.boolean(),
});

const bySigning = [false, true].map((mustSign) =>
  testGitHooks({
    config: buildConfig(allTriggers({ secretReference: { name: 'hook' }, allowEnv: true })),
    secrets: { 'shop/hook': { value: SECRET, signing: mustSign ? [SIGNING] : [] } },
    change: { now: () => NOW_MS },
  }),
);
const away = testGitHooks({
  config: buildConfig(allTriggers({ secret: SECRET })),
  change: { now: () => NOW_MS, start: async () => ({ kind: 'later', error: new Error('away') }) },
});
afterAll(() => Promise.all([...bySigning, away].map(({ app }) => app.close())));

test(`of ${RUNS} odd deliveries of git hosts none crashes anything, and none without its secrets makes a Build`, {
  timeout: 10_000 + RUNS * MS_PER_RUN,
}, async () => {
  const statuses = new Map<number, number>();
  const checked = fc.asyncProperty(delivery, async (given) => {
    const { host, sample } = given.about;
    const mustSign = given.mustSign && !given.isAway;
    const hooks = given.isAway ? away : bySigning[Number(mustSign)];
    if (hooks === undefined) throw new Error('there is one for each');
    for (const list of [hooks.orders, hooks.deferred, hooks.facts]) list.length = 0;
    const body = given.mutate(sample.body);
    const proof =
      given.signed === 'none' ? {} : host.proof.sign(given.signed === 'right' ? SIGNING : 'x', body, NOW_MS);
    const headers = {
      ...(given.keepHeaders && sample.headers),
      ...given.headers,
      ...proof.headers,
      ...(given.contentType !== 'kept' && { 'content-type': given.contentType }),
    };
    const { url } = gitRequest(host.type, encodeURIComponent(given.secret));
    const response = await hooks.app.inject({ method: 'POST', url, headers, body });

    const { statusCode } = response;
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
    expect([200, 202, 400, 401, 413]).toContain(statusCode);

    expect(hooks.facts.join()).not.toContain('failed');
    for (const secret of [SECRET, SIGNING]) expect(response.body).not.toContain(secret);
    if (response.body !== '') expect(['Build', 'Status']).toContain(response.json().kind);
    const isAuthentic = given.secret === SECRET && (!mustSign || given.signed === 'right');
    if (!isAuthentic) {
      expect([400, 401, 413]).toContain(statusCode);
      expect([hooks.orders, hooks.deferred]).toEqual([[], []]);
    }
    expect(hooks.orders.length + hooks.deferred.length).toBeLessThanOrEqual(1);
    for (const { request, requestId } of hooks.orders) {
      expect(JSON.stringify([request.revision, requestId]).length).toBeLessThan(MAX_REVISION_BYTES);
      expect(request.revision?.git?.commit ?? 'none').toMatch(/^\w/);
    }
    for (const hook of hooks.deferred) {
      const event = toCloudEvent(GitHook, hook, { source: '/test', time: '2026-11-21T10:00:00.000Z' });
      expect(event.subject).toBe('webhook.git.shop.web');
    }
  });
  await fc.assert(checked, { numRuns: RUNS });
  // A test whose every delivery is refused would prove nothing.
  for (const status of [200, 202, 400, 401]) expect(statuses.get(status) ?? 0).toBeGreaterThan(RUNS / 100);
});

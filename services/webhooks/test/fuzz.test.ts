import { RegistryPush, toCloudEvent } from '@tagstream/events';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { secretsOf } from '../src/secrets.ts';
import { senders } from '../src/senders/index.ts';
import { SECRET, testHooks } from './hooks.ts';
import { bodyMutation, oddHeaders } from './mutations.ts';

/** 100,000 take minutes: `TAGSTREAM_FUZZ_RUNS=100000`. */
const RUNS = Number(process.env.TAGSTREAM_FUZZ_RUNS ?? 2_000);
const MS_PER_RUN = 60;

/** An event is about 1 kB; nothing that a sender writes makes it ten times as large. */
const MAX_EVENT_BYTES = 10_000;

const WRONG = 'a-secret-that-nobody-has';
const NOW_MS = Date.parse('2026-11-21T10:00:00.000Z');

const samples = [...senders.values()].flatMap((sender) => sender.samples.map((sample) => ({ sender, sample })));

const delivery = fc.record({
  about: fc.constantFrom(...samples),
  mutate: bodyMutation,
  headers: oddHeaders,
  keepHeaders: fc.boolean(),
  proof: fc.constantFrom('right', 'right', 'right', 'wrong', 'none', 'of another body'),
});

const hooks = testHooks({ now: () => NOW_MS });
afterAll(() => hooks.app.close());

test(`of ${RUNS} odd deliveries none crashes anything, and none without a proof gets anywhere`, {
  timeout: 10_000 + RUNS * MS_PER_RUN,
}, async () => {
  const statuses = new Map<number, number>();
  const checked = fc.asyncProperty(
    delivery,
    async ({ about: { sender, sample }, mutate, headers, keepHeaders, proof }) => {
      hooks.stored.length = 0;
      hooks.facts.length = 0;
      const body = mutate(sample.body);
      const signed = proof === 'of another body' ? Buffer.concat([body, Buffer.from(' ')]) : body;
      const shown = proof === 'none' ? {} : sender.proof.sign(proof === 'wrong' ? WRONG : SECRET, signed, NOW_MS);
      const path = shown.pathToken === undefined ? '' : `/${shown.pathToken}`;
      const sent = { ...(keepHeaders && sample.headers), ...headers, ...shown.headers };
      const response = await hooks.app.inject({
        method: 'POST',
        url: `/hooks/${sender.name}${path}`,
        headers: sent,
        body,
      });

      statuses.set(response.statusCode, (statuses.get(response.statusCode) ?? 0) + 1);
      expect([200, 202, 400, 401, 413]).toContain(response.statusCode);
      expect(hooks.facts.join()).not.toContain('failed');
      expect(response.body).not.toContain(SECRET);
      const isAuthentic = sender.proof.verify({
        body,
        headers: sent,
        pathToken: shown.pathToken,
        secrets: secretsOf([SECRET]),
        nowMs: NOW_MS,
      });
      if (isAuthentic === null) {
        expect([401, 413]).toContain(response.statusCode);
        expect(hooks.stored).toEqual([]);
      }
      if (proof === 'wrong' || proof === 'none') expect(isAuthentic).toBeNull();
      for (const push of hooks.stored) {
        const event = toCloudEvent(RegistryPush, push, { source: '/test', time: '2026-11-21T10:00:00.000Z' });
        expect(event.subject).toMatch(/^webhook\.registry\.[a-z0-9:[\]%-]+(?:%2E[a-z0-9:[\]%-]*)*$/);
        expect(JSON.stringify(event).length).toBeLessThan(MAX_EVENT_BYTES);
      }
    },
  );
  await fc.assert(checked, { numRuns: RUNS });
  // A test whose every delivery is refused would prove nothing.
  for (const status of [202, 400, 401]) expect(statuses.get(status) ?? 0).toBeGreaterThan(RUNS / 100);
});

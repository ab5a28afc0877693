import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  HOLD_ANNOTATION,
  MINIMUM_AGE_ANNOTATION,
  mayUpdate,
  UPDATE_WINDOW_ANNOTATION,
  updatePolicy,
} from '../../src/index.ts';
import { digest } from '../fixtures.ts';

const START = Date.UTC(2026, 0, 1);
const END = Date.UTC(2027, 11, 31);
const instant = fc.integer({ min: START, max: END });

const crons = ['0 22 * * 1-5', '30 2 * * *', '*/20 8-10 1,15 * *', '0 0 29 2 *', '@hourly', '15 4 * * 0'];
const windows = fc
  .tuple(
    fc.constantFrom(...crons),
    fc.constantFrom('10m', '1h', '26h'),
    fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'),
  )
  .map((parts) => parts.join('; '));
const policies = fc.record(
  {
    [MINIMUM_AGE_ANNOTATION]: fc.constantFrom('1s', '2h', '3d'),
    [UPDATE_WINDOW_ANNOTATION]: windows,
    [HOLD_ANNOTATION]: instant.map((ms) => `${digest('a')} until ${new Date(ms).toISOString()}`),
  },
  { requiredKeys: [] },
);

test('the time that is waited for is the first one at which the image may be written, whoever asks and whenever', () => {
  fc.assert(
    fc.property(
      policies,
      instant,
      instant,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (annotations, created, now, part) => {
        const parsed = updatePolicy(annotations);
        if (parsed.kind === 'none') return;
        if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
        const candidate = { image: digest('a'), created: new Date(created).toISOString() };
        const verdict = mayUpdate(parsed.policy, candidate, now);
        if (verdict.kind === 'now') return;
        expect(verdict.notBeforeMs).toBeGreaterThan(now);
        expect(mayUpdate(parsed.policy, candidate, verdict.notBeforeMs)).toEqual({ kind: 'now' });
        const between = now + Math.floor((verdict.notBeforeMs - 1 - now) * part);
        expect(mayUpdate(parsed.policy, candidate, between)).toEqual(verdict);
      },
    ),
    { numRuns: 500 },
  );
});

import type { LoopDeps } from '../src/poll-loop.ts';
import type { RegistryPolicy } from '../src/registry-policy.ts';

/** What every registry is asked at most in tests: two questions at a time, and as fast as one likes. */
export const policy: RegistryPolicy = { concurrency: 2, ratePerSecond: 1_000_000, floorMs: 1_000 };

/** What a poll loop is made of besides what a test is about: the only replica, an interval of 15 min, told to nobody. */
export const quietLoop = {
  settings: { intervalMs: 15 * 60_000, floorOf: () => policy.floorMs, isAnswered: () => true },
  policyOf: () => policy,
  self: 'self',
  catchUpMs: 0,
  announcePause: () => {},
  recorder: { checked: () => {} },
  telemetry: { asked: () => {}, published: () => {}, suppressed: () => {} },
  loopTelemetry: { paused: () => {}, runFailed: () => {}, shared: () => {} },
} satisfies Partial<LoopDeps>;

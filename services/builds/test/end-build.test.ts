import type { Build, BuildStatus } from '@tagstream/api-types';
import { createLog, createMetrics } from '@tagstream/service';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, test } from 'vitest';
import { CancelClock } from '../src/cancel-clock.ts';
import type { StepDeps } from '../src/deps.ts';
import { endBuild } from '../src/end-build.ts';
import { createTelemetry } from '../src/telemetry.ts';

const GRACE_MS = 120_000;
const WEEK_S = 604_800;

/** A service whose clock the test moves, and what it wrote. */
function service() {
  const clock = testClock();
  const written: (string | undefined)[] = [];
  const deps = {
    clock,
    telemetry: createTelemetry(createMetrics(), createLog({ service: 'builds', level: 'silent' })),
    cancelClock: new CancelClock(clock, GRACE_MS),
    kube: {
      mergePatch: async (_: unknown, { status }: { status: BuildStatus }) => {
        written.push([status.phase, status.reason].join(' '));
      },
    },
  } as unknown as StepDeps; // only what ends a Build
  const build = (status: BuildStatus, more: { readonly runner?: string; readonly deadline?: number } = {}): Build => ({
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      uid: 'uid-1',
      ...(more.runner && { annotations: { 'build.tagstream.io/runner': more.runner } }),
    },
    spec: {
      strategy: { dockerStrategy: {} },
      ...(more.deadline && { completionDeadlineSeconds: more.deadline }),
    },
    status,
  });
  return { deps, clock, written, build };
}

describe('a cancelled Build', () => {
  test.each(['New', 'Pending'] as const)('that is %s and that nobody runs ends at once', async (phase) => {
    const { deps, written, build } = service();

    expect(await endBuild(deps, build({ phase, cancelled: true }))).toBeUndefined();
    expect(written).toEqual(['Cancelled CancelledBuild']);
  });

  test.each([
    ['claimed', { phase: 'Pending', cancelled: true }, { runner: 'builder/1' }],
    ['Running', { phase: 'Running', cancelled: true }, {}],
  ] as const)('that is %s is left to whoever runs it, for a while', async (_, status, more) => {
    const { deps, clock, written, build } = service();

    expect(await endBuild(deps, build(status, more))).toEqual({ againAfterMs: GRACE_MS });
    await clock.advance(GRACE_MS - 1);
    expect(await endBuild(deps, build(status, more))).toEqual({ againAfterMs: 1 });
    expect(written).toEqual([]);
    await clock.advance(1);
    await endBuild(deps, build(status, more));
    expect(written).toEqual(['Cancelled CancelledBuild']);
  });

  test('#134 that is over stays as it is', async () => {
    const { deps, written, build } = service();
    await endBuild(deps, build({ phase: 'Complete', cancelled: true }));

    expect(written).toEqual([]);
  });
});

describe('a Build that runs', () => {
  test.each([
    ['its deadline', { deadline: 60 }, 60],
    ['a week without one', {}, WEEK_S],
  ])('beyond %s is left to whoever runs it, and ended ten minutes later', async (_, more, deadlineS) => {
    const { deps, clock, written, build } = service();
    const running = build({ phase: 'Running', startTimestamp: new Date(clock.now()).toISOString() }, more);
    await clock.advance(deadlineS * 1000 + 10 * 60_000);
    await endBuild(deps, running);
    expect(written).toEqual([]);
    await clock.advance(1);
    await endBuild(deps, running);

    expect(written).toEqual(['Failed GenericBuildFailed']);
  });
});

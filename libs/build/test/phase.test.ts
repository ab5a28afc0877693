import type { BuildPhase } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { cancelledByUser, canEnter, logSnippet, phasePatch } from '../src/index.ts';
import { build, NOW } from './fixture.ts';

const phases: readonly BuildPhase[] = ['New', 'Pending', 'Running', 'Complete', 'Failed', 'Error', 'Cancelled'];

describe('#141 the phase that a Build may enter', () => {
  const allowed: Readonly<Record<BuildPhase, string>> = {
    New: 'New Pending Running Complete Failed Error Cancelled',
    Pending: 'Pending Running Complete Failed Error Cancelled',
    Running: 'Running Complete Failed Error Cancelled',
    Complete: 'Complete',
    Failed: 'Failed',
    Error: 'Error',
    Cancelled: 'Cancelled',
  };
  test.each(phases)('#141 from %s', (from) => {
    expect(phases.filter((to) => canEnter(from, to)).join(' ')).toBe(allowed[from]);
  });
});

const at = (iso: string) => new Date(iso);
const started = '2026-11-21T09:58:57.000Z';
const running = { ...build(1, 'Running'), status: { phase: 'Running', startTimestamp: started } as const };

describe('entering a phase', () => {
  test('Running says since when', () => {
    expect(phasePatch(build(1, 'Pending'), { phase: 'Running' }, NOW)).toMatchObject({
      phase: 'Running',
      startTimestamp: NOW.toISOString(),
      phaseSummary: 'Running',
      reason: null,
      message: null,
    });
  });

  test('Complete says how long it took, in nanoseconds, and what was pushed', () => {
    expect(phasePatch(running, { phase: 'Complete', digest: 'sha256:aa' }, NOW)).toMatchObject({
      completionTimestamp: NOW.toISOString(),
      duration: 63_000_000_000,
      durationSummary: '1m3s',
      output: { to: { imageDigest: 'sha256:aa' } },
    });
  });

  test('#135 Failed has a reason, a start and an end', () => {
    const patch = phasePatch(
      build(1, 'Pending'),
      { phase: 'Failed', reason: 'GenericBuildFailed', message: 'exit 1', logSnippet: 'last line' },
      NOW,
    );

    expect(patch).toMatchObject({
      phase: 'Failed',
      reason: 'GenericBuildFailed',
      message: 'exit 1',
      logSnippet: 'last line',
      phaseSummary: 'Failed (GenericBuildFailed)',
      startTimestamp: NOW.toISOString(),
      completionTimestamp: NOW.toISOString(),
      duration: 0,
    });
  });

  test('#138 a start, an end and a snippet that are there stay', () => {
    const status = {
      phase: 'Failed',
      startTimestamp: started,
      completionTimestamp: started,
      logSnippet: 'first',
    } as const;
    const patch = phasePatch({ ...running, status }, { phase: 'Failed', logSnippet: 'second' }, NOW);

    expect(patch).toMatchObject({ startTimestamp: started });
    expect(patch).not.toHaveProperty('completionTimestamp');
    expect(patch).not.toHaveProperty('logSnippet');
  });

  test.each(['Complete', 'Failed', 'Error', 'Cancelled'] as const)('nothing follows %s', (phase) => {
    expect(phasePatch(build(1, phase), { phase: 'Running' }, NOW)).toBeUndefined();
  });

  test('the condition of the phase becomes True, all others False and without reason', () => {
    let status: Record<string, unknown> = {};
    const enter = (phase: BuildPhase, time: string, reason?: 'InvalidOutputReference') => {
      const one = { ...build(1, undefined), status };
      one.metadata.creationTimestamp = '2026-11-21T09:00:00Z';
      status = { ...status, ...phasePatch(one, { phase, reason }, at(time)) };
    };
    enter('New', '2026-11-21T09:00:01.000Z', 'InvalidOutputReference');
    enter('Pending', '2026-11-21T09:00:02.000Z');
    enter('Running', '2026-11-21T09:00:03.000Z');
    enter('Running', '2026-11-21T09:00:04.000Z');

    expect(status.conditions).toEqual([
      {
        type: 'New',
        status: 'False',
        lastUpdateTime: '2026-11-21T09:00:02.000Z',
        lastTransitionTime: '2026-11-21T09:00:02.000Z',
      },
      {
        type: 'Pending',
        status: 'False',
        lastUpdateTime: '2026-11-21T09:00:03.000Z',
        lastTransitionTime: '2026-11-21T09:00:03.000Z',
      },
      {
        type: 'Running',
        status: 'True',
        lastUpdateTime: '2026-11-21T09:00:04.000Z',
        lastTransitionTime: '2026-11-21T09:00:03.000Z',
      },
    ]);
  });

  test('#134 a cancelled Build says by whom', () => {
    expect(phasePatch(running, cancelledByUser, NOW)).toMatchObject({
      phase: 'Cancelled',
      reason: 'CancelledBuild',
      message: 'The build was cancelled by the user.',
    });
  });
});

describe('the snippet of a log', () => {
  test('is its last five lines', () => {
    expect(logSnippet('1\n2\n3\n4\n5\n6\n')).toBe('2\n3\n4\n5\n6');
  });

  test('#138 shortens long lines in the middle', () => {
    const line = `${'a'.repeat(60)}${'b'.repeat(61)}`;

    expect(logSnippet(line)).toBe(`${'a'.repeat(58)}...${'b'.repeat(59)}`);
    expect(logSnippet('c'.repeat(120))).toBe('c'.repeat(120));
  });
});

import type { DeploymentConfigStatus, ReplicationController } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { withCondition } from '../src/conditions.ts';
import { computeStatus, type Phase, statusDiffers } from '../src/index.ts';
import { triggeredBy } from '../src/triggered-by.ts';
import { dcOf, rcOf } from './support/objects.ts';

const now = '2026-11-21T10:00:00.000Z';
const later = '2026-11-21T10:05:00.000Z';

const counts = (
  version: number,
  phase: Phase,
  [replicas, current, ready, available]: number[],
): ReplicationController => ({
  ...rcOf(version, phase, { replicas: replicas! }),
  status: { replicas: current!, readyReplicas: ready!, availableReplicas: available! },
});

describe('counters', () => {
  const dc = (maxUnavailable: number, latestVersion: number, replicas: number) =>
    dcOf({ spec: { replicas, strategy: { rollingParams: { maxUnavailable } } }, status: { latestVersion } });
  const available = (status: DeploymentConfigStatus) => status.conditions?.find((c) => c.type === 'Available')?.status;

  test('#18 sums over all, updated of the latest', () => {
    const rcs = [
      counts(3, 'Complete', [2, 2, 1, 1]),
      counts(2, 'Complete', [0, 0, 0, 0]),
      counts(1, 'Complete', [0, 1, 1, 1]),
    ];
    const status = computeStatus({ dc: dc(1, 3, 3), rcs, now });
    expect(status).toMatchObject({
      replicas: 3,
      readyReplicas: 2,
      availableReplicas: 2,
      updatedReplicas: 2,
      unavailableReplicas: 0,
    });
    expect(available(status)).toBe('True');
  });

  test('#19 the generation is seen, except while a rollout is under way', () => {
    const seen = (phase: Phase) => computeStatus({ dc: dc(1, 3, 3), rcs: [counts(3, phase, [2, 2, 1, 1])], now });
    expect(seen('Complete').observedGeneration).toBe(1);
    expect(seen('Failed').observedGeneration).toBe(1);
    expect(seen('Running').observedGeneration).toBe(0);
  });

  test('#20 what is not available is counted against what is asked for', () => {
    const rcs = [counts(2, 'Running', [2, 0, 0, 0]), counts(1, 'Complete', [0, 1, 1, 1])];
    const status = computeStatus({ dc: dc(0, 2, 2), rcs, now });
    expect(status).toMatchObject({ replicas: 1, updatedReplicas: 0, availableReplicas: 1, unavailableReplicas: 1 });
    expect(available(status)).toBe('False');
  });

  test('without replicas a DeploymentConfig is never available', () => {
    expect(available(computeStatus({ dc: dc(1, 1, 0), rcs: [counts(1, 'Complete', [0, 0, 0, 0])], now }))).toBe(
      'False',
    );
  });
});

describe('conditions', () => {
  const stored = {
    type: 'Progressing',
    status: 'True',
    reason: 'A',
    message: 'old',
    lastTransitionTime: now,
    lastUpdateTime: now,
  } as const;

  test('#23 the same status and reason leave the stored condition untouched', () => {
    expect(
      withCondition([stored], { type: 'Progressing', status: 'True', reason: 'A', message: 'new' }, later),
    ).toEqual([stored]);
  });

  test('#24 another reason keeps the time of the transition', () => {
    expect(
      withCondition([stored], { type: 'Progressing', status: 'True', reason: 'B', message: 'new' }, later),
    ).toEqual([{ ...stored, reason: 'B', message: 'new', lastUpdateTime: later }]);
  });

  test('another status is a transition, and other conditions stay', () => {
    const other = { type: 'Available', status: 'True' } as const;
    expect(withCondition([other, stored], { type: 'Progressing', status: 'False' }, later)).toEqual([
      other,
      { type: 'Progressing', status: 'False', lastTransitionTime: later, lastUpdateTime: later },
    ]);
  });
});

describe('Progressing', () => {
  const progressing = (rc: ReplicationController, before: DeploymentConfigStatus = {}) =>
    computeStatus({ dc: dcOf({ status: { latestVersion: 2, ...before } }), rcs: [rc], now }).conditions?.find(
      (c) => c.type === 'Progressing',
    );
  const cancelled = { 'openshift.io/deployment.cancelled': 'true' };

  test.each([
    [
      'a new rollout',
      rcOf(2, 'New'),
      'True',
      'NewReplicationControllerCreated',
      'Created new replication controller "web-2" for version 2',
    ],
    [
      'one that waits',
      rcOf(2, 'Pending'),
      'Unknown',
      undefined,
      'replication controller "web-2" is waiting for pod "web-2-deploy" to run',
    ],
    [
      'a complete one',
      rcOf(2, 'Complete'),
      'True',
      'NewReplicationControllerAvailable',
      'replication controller "web-2" successfully rolled out',
    ],
    [
      'a failed one',
      rcOf(2, 'Failed'),
      'False',
      'ProgressDeadlineExceeded',
      'replication controller "web-2" has failed progressing',
    ],
    [
      'a cancelled one',
      rcOf(2, 'Failed', { annotations: cancelled }),
      'False',
      'RolloutCancelled',
      'rollout of replication controller "web-2" was cancelled',
    ],
  ])('tells of %s', (_, rc, status, reason, message) => {
    expect(progressing(rc)).toMatchObject({ status, message, ...(reason ? { reason } : {}) });
  });

  test('keeps the time of the last progress while a rollout runs', () => {
    const created = {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicationControllerCreated',
      message: 'Created new replication controller "web-2" for version 2',
      lastTransitionTime: '2026-11-21T09:00:00.000Z',
    } as const;
    const before = { replicas: 1, updatedReplicas: 1, conditions: [created] };
    expect(progressing(rcOf(2, 'Running', { replicas: 1 }), before)).toEqual(created);
    expect(progressing(rcOf(2, 'Running', { replicas: 2 }), before)).toMatchObject({
      reason: 'ReplicationControllerUpdated',
      lastTransitionTime: now,
    });
  });
});

test('a status that says the same is not written again', () => {
  const dc = dcOf({ status: { latestVersion: 1 } });
  const rcs = [rcOf(1, 'Complete', { replicas: 1 })];
  const status = computeStatus({ dc, rcs, now });
  expect(statusDiffers(dc, status)).toBe(true);
  const stored = { ...dc, status };
  expect(statusDiffers(stored, computeStatus({ dc: stored, rcs, now: later }))).toBe(false);
});

test('the selector for the scale subresource is that of the pods', () => {
  expect(computeStatus({ dc: dcOf(), rcs: [], now }).labelSelector).toBe('app=web,deploymentconfig=web');
});

test.each([
  [
    'config,image(web:latest)',
    [{ type: 'ConfigChange' }, { name: 'web:latest', automatic: true, containers: ['web'] }],
  ],
  ['config', [{ type: 'ConfigChange' }, { name: 'web:latest', automatic: false, containers: ['web'] }]],
  ['', []],
])('TRIGGERED BY reads %j', (text, triggers) => {
  const spec = triggers.map((t) =>
    'type' in t
      ? { type: t.type }
      : {
          type: 'ImageChange',
          imageChangeParams: { automatic: t.automatic, containerNames: t.containers, from: { name: t.name } },
        },
  );
  expect(triggeredBy(dcOf({ spec: { triggers: spec } }))).toBe(text);
});

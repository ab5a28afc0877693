import type { DeploymentStrategy } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { newPhaseTimedOut } from '../src/new-phase.ts';
import { strategyParams } from '../src/strategy-params.ts';
import { Cluster } from './support/cluster.ts';
import { dcOf, rcOf, START_MS, step, templateOf } from './support/objects.ts';
import { runToRest, summary } from './support/run.ts';
import { dcWith, scales } from './support/scales.ts';

describe('before the strategy', () => {
  test('#43 a first rollout scales nothing but itself', () => {
    const dc = dcWith(1, 3);
    expect(scales(new Cluster(dc, [rcOf(1, 'New', { dc })]))).toEqual(['web-1 3']);
  });

  test.each(['Rolling', 'Recreate'] as const)('#44 what the last failed rollout left goes first (%s)', (type) => {
    const dc = dcWith(3, 3, { type });
    const rcs = [
      rcOf(1, 'Complete', { dc, replicas: 3 }),
      rcOf(2, 'Failed', { dc, replicas: 1, available: 0 }),
      rcOf(3, 'New', { dc }),
    ];
    const cluster = new Cluster(dc, rcs);
    expect(scales(cluster)[0]).toBe('web-2 0');
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Failed r=0', 'v3 Complete r=3']);
  });

  test('#45 the source is the newest complete one', () => {
    const dc = dcWith(3, 3, { type: 'Recreate' });
    const rcs = [rcOf(1, 'Complete', { dc }), rcOf(2, 'Complete', { dc, replicas: 3 }), rcOf(3, 'New', { dc })];
    expect(scales(new Cluster(dc, rcs))).toEqual(['web-2 0', 'web-3 1', 'web-3 3']);
  });

  test('#46 without a complete one everything older goes before the new one starts', () => {
    const dc = dcWith(3, 1);
    const rcs = [
      rcOf(1, 'Failed', { dc, replicas: 1 }),
      rcOf(2, 'Failed', { dc, replicas: 1 }),
      rcOf(3, 'New', { dc }),
    ];
    expect(scales(new Cluster(dc, rcs))).toEqual(['web-1 0', 'web-2 0', 'web-3 1']);
  });

  test('#47 a version older than a complete one fails', () => {
    const dc = dcWith(2, 1);
    const newer = rcOf(3, 'Complete', { dc, replicas: 1 });
    // A version ahead of the DeploymentConfig's is caught up with first; here it is paused, so that nothing is.
    const paused = dcOf({ spec: { replicas: 1, paused: true }, status: { latestVersion: 2 } });
    expect(step(paused, [rcOf(2, 'New', { dc }), newer])).toMatchObject({
      annotations: {
        'openshift.io/deployment.phase': 'Failed',
        'openshift.io/deployment.status-reason': 'version 3 is already complete',
      },
    });
  });

  test('a rollout without its desired replicas has run already and fails', () => {
    const rc = rcOf(1, 'New', { annotations: { 'kubectl.kubernetes.io/desired-replicas': '' } });
    expect(step(dcWith(1, 1), [rc])).toMatchObject({
      annotations: { 'openshift.io/deployment.status-reason': 'it has already run to completion' },
    });
  });
});

describe('phases and other hands', () => {
  test.each([
    ['Recreate 10 s, 20 s old', { type: 'Recreate', recreateParams: { timeoutSeconds: 10 } }, 20, true],
    ['Recreate 0, 700 s old', { type: 'Recreate', recreateParams: { timeoutSeconds: 0 } }, 700, false],
    ['Rolling 10 s, 20 s old', { type: 'Rolling', rollingParams: { timeoutSeconds: 10 } }, 20, true],
    ['Rolling unset, 20 s old', { type: 'Rolling' }, 20, false],
    ['Recreate unset, 20 s old', { type: 'Recreate' }, 20, false],
    ['Custom, 20 s old', { type: 'Custom', customParams: {} }, 20, false],
    ['Custom, 700 s old', { type: 'Custom', customParams: {} }, 700, true],
  ] as [string, DeploymentStrategy, number, boolean][])(
    '#42 waiting for a deployer: %s',
    (_, strategy, age, expected) => {
      expect(newPhaseTimedOut(age * 1000, strategyParams(dcWith(1, 1, strategy)))).toBe(expected);
    },
  );

  test('a rollout marked for another deployer is left alone until the timeout', () => {
    const dc = dcOf({
      metadata: { annotations: { 'deploy.openshift.io/deployer-pod.ignore': '' } },
      status: { latestVersion: 1 },
    });
    const cluster = new Cluster(dc, [rcOf(1, 'New', { dc })]);
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 New r=0']);
    cluster.nowMs += 601_000;
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Failed r=0']);
  });

  test('#31 a test configuration goes to zero in the write that ends its rollout', () => {
    const dc = dcOf({ spec: { test: true, replicas: 1 }, status: { latestVersion: 1 } });
    const running = rcOf(1, 'Running', { dc, replicas: 1 });
    const action = step(dc, [running]);
    expect(action).toMatchObject({
      why: 'phase',
      replicas: 0,
      annotations: { 'openshift.io/deployment.phase': 'Complete' },
    });
  });

  test('a cancelled rollout fails with the reason it was given, and the old version comes back', () => {
    const dc = dcWith(2, 2, { rollingParams: { maxSurge: 1, maxUnavailable: 0 } });
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'New', { dc })]);
    runToRest(cluster, { pods: 'stuck' });
    cluster.annotate(2, {
      'openshift.io/deployment.cancelled': 'true',
      'openshift.io/deployment.status-reason': 'cancelled by the user',
    });
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=2', 'v2 Failed r=0']);
    expect(cluster.rc(2).metadata.annotations).toMatchObject({
      'openshift.io/deployment.status-reason': 'cancelled by the user',
    });
    expect(cluster.dc.status?.conditions).toContainEqual(expect.objectContaining({ reason: 'RolloutCancelled' }));
  });

  test('a retried rollout runs again with the replicas it was made for', () => {
    const dc = dcWith(2, 2);
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'Failed', { dc })]);
    runToRest(cluster);
    cluster.annotate(2, { 'openshift.io/deployment.phase': 'New', 'openshift.io/deployment.status-reason': null });
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
  });

  test('replicas asked for during a rollout count after it', () => {
    const dc = dcWith(1, 2);
    const cluster = new Cluster(dc, [rcOf(1, 'New', { dc })]);
    cluster.act();
    expect(cluster.rc(1).spec.replicas).toBe(2);
    cluster.edit({ replicas: 5 });
    expect(scales(cluster)).toEqual(['web-1 5']);
  });

  test('an edit during a rollout supersedes it at once', () => {
    const dc = dcWith(1, 2);
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 })]);
    cluster.edit({ template: templateOf('web:2') });
    runToRest(cluster, { pods: 'stuck' });
    cluster.edit({ template: templateOf('web:3') });
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Failed r=0', 'v3 Complete r=2']);
    expect(cluster.rc(2).metadata.annotations).toMatchObject({ 'openshift.io/deployment.cancelled': 'true' });
  });

  test('a claim of a newer rollout in our view makes us wait for its events', () => {
    const dc = dcWith(2, 1);
    const claimed = rcOf(1, 'Complete', {
      dc,
      replicas: 1,
      annotations: { 'rollout.tagstream.io/driver': '3/rollout' },
    });
    const action = step(dc, [claimed, rcOf(2, 'New', { dc })]);
    expect(
      action.kind === 'write-status'
        ? step({ ...dc, status: action.status }, [claimed, rcOf(2, 'New', { dc })])
        : action,
    ).toEqual({
      kind: 'wait',
      reason: 'a newer rollout was seen; waiting for its events',
      againAfterMs: 1000,
    });
  });
});

describe('a replica that still acts on what it saw before', () => {
  /** Version 2 half rolled out, with one pod to spare; a late actor is about to take it from version 1. */
  function halfWay() {
    const spec = { replicas: 4, strategy: { rollingParams: { maxSurge: 1, maxUnavailable: 0 } } };
    const dc = dcOf({ spec, status: { latestVersion: 2 } });
    const claimed = { 'rollout.tagstream.io/driver': '2/rollout' };
    const since = { 'rollout.tagstream.io/phase-since': new Date(START_MS).toISOString() };
    const cluster = new Cluster(dc, [
      rcOf(1, 'Complete', { dc, replicas: 2, annotations: claimed }),
      rcOf(2, 'Running', { dc, replicas: 3, annotations: since }),
    ]);
    return { cluster, late: cluster.look() };
  }

  test('takes that pod when nothing happened since', () => {
    const { cluster, late } = halfWay();
    expect(cluster.act(late)).toBe('done');
    expect(cluster.rc(1).spec.replicas).toBe(1);
    expect(cluster.totals().available).toBe(4);
  });

  test('cannot take it from a rollout that superseded its own and took it first', () => {
    const { cluster, late } = halfWay();
    cluster.edit({ template: templateOf('web:3') });
    while (cluster.rc(2).spec.replicas === 3) expect(cluster.act()).toBe('done');
    expect(cluster.act(late)).toBe('conflict');
    expect(cluster.totals().available).toBe(4);
  });

  test('cannot take it from a fallback that took it first', () => {
    const { cluster, late } = halfWay();
    cluster.annotate(2, { 'openshift.io/deployment.cancelled': 'true' });
    while (cluster.rc(2).spec.replicas === 3) expect(cluster.act()).toBe('done');
    expect(cluster.act(late)).toBe('conflict');
    expect(cluster.totals().available).toBe(4);
  });
});

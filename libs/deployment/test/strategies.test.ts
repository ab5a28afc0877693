import type { DeploymentStrategy } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';
import { dcOf, rcOf, START_MS, step } from './support/objects.ts';
import { runToRest, summary } from './support/run.ts';
import { dcWith, scales } from './support/scales.ts';

describe('Recreate', () => {
  const strategy: DeploymentStrategy = { type: 'Recreate', recreateParams: { timeoutSeconds: 20 } };

  test('#48 without anything old all are started at once', () => {
    const dc = dcWith(1, 2, strategy);
    expect(scales(new Cluster(dc, [rcOf(1, 'New', { dc })]))).toEqual(['web-1 2']);
  });

  test('#49 with something old a single one proves itself first', () => {
    const dc = dcWith(2, 2, strategy);
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'New', { dc })]);
    expect(scales(cluster)).toEqual(['web-1 0', 'web-2 1', 'web-2 2']);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
  });

  test('#50 when it does not, the rollout fails with only that one started, and the old version comes back', () => {
    const dc = dcWith(2, 2, strategy);
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'New', { dc })]);
    expect(scales(cluster, { pods: 'stuck' })).toEqual(['web-1 0', 'web-2 1']);
    cluster.nowMs += 21_000;
    expect(scales(cluster)).toEqual(['web-2 0', 'web-1 2']);
    expect(cluster.rc(2).metadata.annotations).toMatchObject({
      'openshift.io/deployment.phase': 'Failed',
      'openshift.io/deployment.status-reason':
        "pods for rc 'shop/web-2' took longer than 20 seconds to become available",
    });
  });

  test('old pods that are still ending hold the new ones back, once a second, but not for ever', () => {
    const dc = dcWith(2, 1, strategy);
    const annotations = {
      'rollout.tagstream.io/driver': '2/rollout',
      'rollout.tagstream.io/last-progress': new Date(START_MS).toISOString(),
    };
    const rcs = [
      rcOf(1, 'Complete', { dc, annotations }),
      rcOf(2, 'Running', { dc, annotations: { 'rollout.tagstream.io/phase-since': new Date(START_MS).toISOString() } }),
    ];
    const withStatus = (nowMs: number, pods?: number) => {
      const more = { nowMs, runningPods: new Map(pods === undefined ? [] : [['web-1', pods]]) };
      const action = step(dc, rcs, more);
      return action.kind === 'write-status' ? step({ ...dc, status: action.status }, rcs, more) : action;
    };
    expect(withStatus(START_MS)).toMatchObject({ kind: 'count-pods', rc: { metadata: { name: 'web-1' } } });
    expect(withStatus(START_MS, 1)).toEqual({ kind: 'wait', reason: 'pods of web-1 are going', againAfterMs: 1000 });
    expect(withStatus(START_MS, 0)).toMatchObject({ why: 'scale', rc: { metadata: { name: 'web-2' } }, replicas: 1 });
    expect(withStatus(START_MS + 20_000, 1)).toMatchObject({
      why: 'scale',
      rc: { metadata: { name: 'web-2' } },
      replicas: 1,
    });
  });

  test('with nothing desired nothing is started and the rollout is complete', () => {
    const dc = dcWith(2, 0, strategy);
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'New', { dc })]);
    expect(scales(cluster)).toEqual(['web-1 0']);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=0']);
  });
});

describe('Rolling', () => {
  test('#53 without anything old all are started at once and must become available', () => {
    const dc = dcWith(1, 4, { rollingParams: { timeoutSeconds: 20 } });
    const cluster = new Cluster(dc, [rcOf(1, 'New', { dc })]);
    expect(scales(cluster, { pods: 'stuck' })).toEqual(['web-1 4']);
    cluster.nowMs += 21_000;
    expect(scales(cluster)).toEqual(['web-1 0']);
    expect(summary(cluster)).toEqual(['v1 Failed r=0']);
  });

  test('#54 the new one names its source while it rolls, and no more when it is complete', () => {
    const dc = dcWith(2, 1);
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 1 }), rcOf(2, 'New', { dc })]);
    while (cluster.act() === 'done');
    expect(cluster.rc(2).metadata.annotations).toMatchObject({
      'openshift.io/deployment.phase': 'Running',
      'kubectl.kubernetes.io/update-source-id': 'web-1:rc-uid-1',
      'kubectl.kubernetes.io/desired-replicas': '1',
    });
    expect(cluster.rc(1).metadata.annotations).toMatchObject({ 'kubectl.kubernetes.io/original-replicas': '1' });
    runToRest(cluster);
    expect(cluster.rc(2).metadata.annotations).not.toHaveProperty('kubectl.kubernetes.io/update-source-id');
    expect(cluster.rc(2).metadata.annotations).not.toHaveProperty('kubectl.kubernetes.io/desired-replicas');
    expect(cluster.rc(2).metadata.annotations).toMatchObject({ 'openshift.io/deployment.replicas': '1' });
  });

  test.each<[string, number, DeploymentStrategy['rollingParams'], string[]]>([
    ['surge only', 2, { maxSurge: 1, maxUnavailable: 0 }, ['web-2 1', 'web-1 1', 'web-2 2', 'web-1 0']],
    ['unavailability only', 2, { maxSurge: 0, maxUnavailable: 1 }, ['web-1 1', 'web-2 1', 'web-1 0', 'web-2 2']],
    [
      'neither means one unavailable',
      2,
      { maxSurge: '0%', maxUnavailable: '10%' },
      ['web-1 1', 'web-2 1', 'web-1 0', 'web-2 2'],
    ],
    [
      'percentages: surge rounds up, unavailability down',
      3,
      { maxSurge: '25%', maxUnavailable: '34%' },
      ['web-2 1', 'web-1 1', 'web-2 3', 'web-1 0'],
    ],
    ['all at once', 2, { maxSurge: '100%', maxUnavailable: 0 }, ['web-2 2', 'web-1 0']],
    ['nothing desired', 0, {}, ['web-1 0']],
  ])('%s', (_, replicas, rollingParams, expected) => {
    const dc = dcWith(2, replicas, { rollingParams: rollingParams ?? {} });
    const cluster = new Cluster(dc, [
      rcOf(1, 'Complete', { dc, replicas: Math.max(replicas, 1) }),
      rcOf(2, 'New', { dc }),
    ]);
    expect(scales(cluster)).toEqual(expected);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', `v2 Complete r=${replicas}`]);
  });

  test('the timeout counts from the last change of replicas, not from the start', () => {
    const dc = dcWith(2, 2, {
      rollingParams: { timeoutSeconds: 20, maxSurge: 1, maxUnavailable: 0, updatePeriodSeconds: 1 },
    });
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'New', { dc })]);
    runToRest(cluster, { pods: 'stuck' });
    cluster.nowMs += 15_000;
    cluster.readyOne('web-2');
    runToRest(cluster, { pods: 'stuck' });
    cluster.nowMs += 15_000;
    runToRest(cluster, { pods: 'stuck' });
    expect(summary(cluster)).toEqual(['v1 Complete r=1', 'v2 Running r=2']);
    cluster.nowMs += 6000;
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=2', 'v2 Failed r=0']);
    expect(cluster.rc(2).metadata.annotations).toMatchObject({
      'openshift.io/deployment.status-reason': 'timed out waiting for any update progress to be made',
    });
  });

  test('between scaling up and down it pauses', () => {
    const dc = dcWith(2, 1, { rollingParams: { maxSurge: 1, maxUnavailable: 0, updatePeriodSeconds: 30 } });
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 1 }), rcOf(2, 'New', { dc })]);
    while (cluster.act() === 'done');
    cluster.readyOne('web-2');
    cluster.readyOne('web-2');
    while (cluster.act() === 'done');
    expect(cluster.rc(1).spec.replicas).toBe(1);
    cluster.nowMs += 29_000;
    expect(cluster.act()).toBe('idle');
    cluster.nowMs += 1000;
    cluster.act();
    expect(cluster.rc(1).spec.replicas).toBe(0);
  });

  test('between up and down lies updatePeriodSeconds; intervalSeconds, how often OpenShift looks, holds nothing up', () => {
    const pauses = { updatePeriodSeconds: 30, intervalSeconds: 50 };
    const dc = dcWith(2, 2, { rollingParams: { maxSurge: 1, maxUnavailable: 0, ...pauses } });
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'New', { dc })]);
    const changesAt: number[] = [];
    let before = '';
    while (summary(cluster).at(-1) !== 'v2 Complete r=2') {
      for (let i = 0; i < 5; i++) {
        cluster.act();
        for (const { metadata } of cluster.rcs) cluster.readyOne(metadata.name);
      }
      const replicas = cluster.rcs.map(({ spec }) => spec.replicas).join();
      if (replicas !== before) changesAt.push((cluster.nowMs - START_MS) / 1000);
      before = replicas;
      cluster.nowMs += 1000;
    }
    expect(changesAt).toEqual([0, 30, 60]);
    expect((cluster.nowMs - START_MS) / 1000).toBeLessThan(65);
  });

  test('a rollout as a whole ends at activeDeadlineSeconds', () => {
    const dc = dcWith(1, 1, { activeDeadlineSeconds: 700 });
    const since = { 'rollout.tagstream.io/phase-since': new Date(START_MS - 701_000).toISOString() };
    expect(step(dc, [rcOf(1, 'Running', { dc, annotations: since })])).toMatchObject({
      annotations: { 'openshift.io/deployment.status-reason': 'rollout took longer than activeDeadlineSeconds (700)' },
    });
  });

  test('a rollout that supersedes a half-done one keeps within the limits of the promise', () => {
    const dc = dcOf({
      spec: { replicas: 4, strategy: { rollingParams: { maxSurge: 1, maxUnavailable: 0 } } },
      status: { latestVersion: 3 },
    });
    const rcs = [
      rcOf(1, 'Complete', { dc, replicas: 2 }),
      rcOf(2, 'Failed', { dc, replicas: 2 }),
      rcOf(3, 'New', { dc }),
    ];
    const cluster = new Cluster(dc, rcs);
    const made = scales(cluster);
    expect(made[0]).toBe('web-3 1');
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Failed r=0', 'v3 Complete r=4']);
    for (const snapshot of cluster.snapshots) {
      const asked = [...snapshot.values()].reduce((sum, rc) => sum + (rc.spec.replicas ?? 0), 0);
      expect(asked).toBeLessThanOrEqual(5);
    }
  });
});

import { describe, expect, test } from 'vitest';
import type { Phase } from '../src/index.ts';
import { Cluster } from './support/cluster.ts';
import { dcOf, rcOf, step, templateOf } from './support/objects.ts';
import { runToRest, summary } from './support/run.ts';

const latest = (latestVersion: number, replicas = 1) => dcOf({ spec: { replicas }, status: { latestVersion } });

/** Steps until it is not the status that is written. */
function lifecycle(...args: Parameters<typeof step>) {
  const action = step(...args);
  return action.kind === 'write-status' ? step({ ...args[0], status: action.status }, args[1], args[2]) : action;
}

describe('versions and their ReplicationControllers', () => {
  test('#1 an unresolved image trigger keeps version 0 waiting', () => {
    const dc = dcOf({
      spec: {
        triggers: [
          { type: 'ConfigChange' },
          {
            type: 'ImageChange',
            imageChangeParams: { automatic: true, containerNames: ['web'], from: { name: 'web:1' } },
          },
        ],
      },
    });
    expect(lifecycle(dc, [])).toEqual({ kind: 'wait', reason: 'no image yet for web:1' });
  });

  test('#2 the first version is created with the desired replicas recorded and none started', () => {
    const action = lifecycle(latest(1), []);
    expect(action).toMatchObject({
      kind: 'create-rc',
      rc: {
        metadata: {
          name: 'web-1',
          annotations: {
            'openshift.io/deployment.phase': 'New',
            'openshift.io/deployment.replicas': '0',
            'kubectl.kubernetes.io/desired-replicas': '1',
          },
        },
        spec: { replicas: 0 },
      },
      events: [{ reason: 'DeploymentCreated', message: 'Created new replication controller "web-1" for version 1' }],
    });
  });

  test('#3 #5 a version that has just begun is neither created again nor followed by another', () => {
    const first = lifecycle(latest(1), [rcOf(1, 'New', { replicas: 1 })]);
    expect(first).toMatchObject({ kind: 'change-rc', why: 'phase', rc: { metadata: { name: 'web-1' } } });
    const old = rcOf(1, 'Complete', { replicas: 1 });
    const second = lifecycle(latest(2), [old, rcOf(2, 'New')]);
    expect(second).toMatchObject({ kind: 'change-rc', why: 'claim', rc: { metadata: { name: 'web-1' } } });
    expect(second).not.toHaveProperty('replicas');
  });

  test('#4 a new version is created beside the old one, which stays as it is', () => {
    const old = rcOf(1, 'Complete', { replicas: 1 });
    expect(lifecycle(latest(2), [old])).toMatchObject({ kind: 'create-rc', rc: { metadata: { name: 'web-2' } } });
  });

  test('#6 nothing changes once the latest version is deployed', () => {
    expect(lifecycle(latest(1), [rcOf(1, 'Complete', { replicas: 1 })])).toMatchObject({ kind: 'wait' });
  });

  test('#7 an older rollout is cancelled before the new version is created, and keeps its replicas', () => {
    const rcs = [rcOf(1, 'Complete', { replicas: 1 }), rcOf(2, 'Running', { replicas: 1 })];
    expect(lifecycle(latest(3), rcs)).toMatchObject({
      kind: 'change-rc',
      why: 'cancel',
      rc: { metadata: { name: 'web-2' } },
      annotations: {
        'openshift.io/deployment.cancelled': 'true',
        'openshift.io/deployment.status-reason': 'newer deployment was found running',
      },
      events: [
        { reason: 'DeploymentCancelled', message: 'Cancelled deployment "web-2" superceded by version 3' },
        {
          reason: 'DeploymentAwaitingCancellation',
          message: 'Deployment of version 3 awaiting cancellation of older running deployments',
        },
      ],
    });
    expect(lifecycle(latest(3), rcs)).not.toHaveProperty('replicas');
  });

  test('#8 a cancelled older rollout is ended, without a deployer pod at once, before the new version is created', () => {
    const running = rcOf(1, 'Running', { annotations: { 'openshift.io/deployment.cancelled': 'true' } });
    expect(lifecycle(latest(2), [running])).toMatchObject({
      kind: 'change-rc',
      why: 'phase',
      annotations: { 'openshift.io/deployment.phase': 'Failed' },
      events: [{ type: 'Normal', reason: 'RolloutCancelled', message: 'Rollout for "shop/web-1" cancelled' }],
    });
  });

  test('versions of existing ReplicationControllers are caught up with one by one', () => {
    const rcs = [rcOf(4, 'Complete', { replicas: 1 })];
    expect(lifecycle(latest(2), rcs)).toMatchObject({ kind: 'bump-version', status: { latestVersion: 3 } });
  });

  test('a blank image holds back everything new', () => {
    const dc = dcOf({ spec: { template: templateOf(' ') }, status: { latestVersion: 2 } });
    expect(lifecycle(dc, [])).toMatchObject({ kind: 'wait' });
  });

  test('without triggers nothing starts by itself', () => {
    expect(lifecycle(dcOf({ spec: { triggers: [] } }), [])).toMatchObject({ kind: 'wait' });
  });

  test('a paused DeploymentConfig starts nothing, but a rollout under way goes on', () => {
    const paused = dcOf({ spec: { paused: true }, status: { latestVersion: 1 } });
    expect(lifecycle(paused, [])).toMatchObject({ kind: 'wait' });
    expect(lifecycle(paused, [rcOf(1, 'New')])).toMatchObject({ kind: 'change-rc', why: 'phase' });
  });

  test('one that is being deleted starts nothing', () => {
    const dc = dcOf({ metadata: { deletionTimestamp: '2026-11-21T10:00:00Z' }, status: { latestVersion: 1 } });
    expect(lifecycle(dc, [])).toMatchObject({ kind: 'wait' });
  });

  test('an invalid one says so in its status and starts nothing', () => {
    const action = step(latest(1), [], { problems: ['spec.replicas must not be negative'] });
    expect(action).toMatchObject({
      kind: 'write-status',
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({ reason: 'InvalidConfiguration', message: 'spec.replicas must not be negative' }),
        ]),
      },
    });
    expect(lifecycle(latest(1), [], { problems: ['spec.replicas must not be negative'] })).toMatchObject({
      kind: 'wait',
    });
  });

  test('an orphan with the label is adopted, on a live look at the DeploymentConfig', () => {
    const { ownerReferences: _, ...metadata } = rcOf(1, 'Complete').metadata;
    const dc = latest(1);
    expect(lifecycle(dc, [{ ...rcOf(1, 'Complete'), metadata }])).toMatchObject({ kind: 'adopt', restsOn: [dc] });
  });

  test('an owned one without the label is released', () => {
    const rc = rcOf(1, 'Complete');
    expect(lifecycle(latest(1), [{ ...rc, metadata: { ...rc.metadata, labels: {} } }])).toMatchObject({
      kind: 'release',
    });
  });

  test('what somebody else controls is not counted', () => {
    const rc = rcOf(1, 'Complete');
    const owner = { ...rc.metadata.ownerReferences![0]!, uid: 'another' };
    const foreign = { ...rc, metadata: { ...rc.metadata, ownerReferences: [owner] } };
    expect(lifecycle(latest(1), [foreign])).toMatchObject({ kind: 'create-rc' });
  });
});

describe('replicas outside rollouts', () => {
  type Rc = readonly [version: number, phase: Phase, replicas: number, cancelled?: 'cancelled'];
  const rows: readonly [name: string, replicas: number, rcs: readonly Rc[], expected: readonly string[]][] = [
    [
      '#9 only the latest, active one keeps replicas',
      1,
      [
        [1, 'Complete', 0],
        [2, 'Complete', 1],
        [3, 'Failed', 1],
        [4, 'Failed', 0],
        [5, 'Complete', 1],
      ],
      ['v1 Complete r=0', 'v2 Complete r=0', 'v3 Failed r=0', 'v4 Failed r=0', 'v5 Complete r=1'],
    ],
    [
      '#10 after a failure only the active one keeps replicas',
      1,
      [
        [2, 'Complete', 1],
        [3, 'Failed', 1],
        [4, 'Complete', 1],
        [5, 'Failed', 1],
      ],
      ['v2 Complete r=0', 'v3 Failed r=0', 'v4 Complete r=1', 'v5 Failed r=0'],
    ],
    [
      '#11 without an active one nothing has replicas',
      1,
      [
        [1, 'Failed', 0],
        [2, 'Failed', 0],
      ],
      ['v1 Failed r=0', 'v2 Failed r=0'],
    ],
    [
      '#12 the active, latest one is scaled up',
      5,
      [
        [1, 'Complete', 0],
        [2, 'Complete', 1],
      ],
      ['v1 Complete r=0', 'v2 Complete r=5'],
    ],
    [
      '#13 the active one is scaled up though not the latest',
      5,
      [
        [1, 'Complete', 1],
        [2, 'Failed', 0, 'cancelled'],
      ],
      ['v1 Complete r=5', 'v2 Failed r=0'],
    ],
    [
      '#14 the active, latest one is scaled down',
      1,
      [
        [1, 'Complete', 0],
        [2, 'Complete', 5],
      ],
      ['v1 Complete r=0', 'v2 Complete r=1'],
    ],
    [
      '#15 the active one is scaled down though not the latest',
      1,
      [
        [1, 'Complete', 5],
        [2, 'Failed', 0],
      ],
      ['v1 Complete r=1', 'v2 Failed r=0'],
    ],
    [
      '#16 a cancelled rollout falls back to the last complete version',
      1,
      [
        [1, 'Complete', 0],
        [2, 'Failed', 0, 'cancelled'],
      ],
      ['v1 Complete r=1', 'v2 Failed r=0'],
    ],
    [
      '#17 so does a half-done one',
      5,
      [
        [1, 'Complete', 2],
        [2, 'Failed', 2, 'cancelled'],
      ],
      ['v1 Complete r=5', 'v2 Failed r=0'],
    ],
    [
      'without any complete version everything goes to zero',
      1,
      [
        [1, 'Failed', 1],
        [2, 'Failed', 1],
      ],
      ['v1 Failed r=0', 'v2 Failed r=0'],
    ],
  ];
  const cases = (['Rolling', 'Recreate'] as const).flatMap((type) => rows.map((row) => [type, ...row] as const));

  test.each(cases)('%s: %s', (type, _, replicas, rcs, expected) => {
    const latestVersion = Math.max(...rcs.map(([version]) => version));
    const dc = dcOf({ spec: { replicas, strategy: { type } }, status: { latestVersion } });
    const cancelled = { 'openshift.io/deployment.cancelled': 'true' };
    const cluster = new Cluster(
      dc,
      rcs.map(([version, phase, count, how]) =>
        rcOf(version, phase, { dc, replicas: count, annotations: how ? cancelled : {} }),
      ),
    );

    runToRest(cluster);

    expect(summary(cluster)).toEqual(expected);
  });

  test('a test configuration has no replicas outside rollouts', () => {
    const dc = dcOf({ spec: { replicas: 3, test: true }, status: { latestVersion: 1 } });
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 3 })]);
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0']);
  });

  test('a view of the DeploymentConfig older than the one that replicas were set for changes nothing', () => {
    const rc = rcOf(1, 'Complete', { replicas: 5, annotations: { 'rollout.tagstream.io/config-generation': '7' } });
    expect(lifecycle(dcOf({ metadata: { generation: 6 }, status: { latestVersion: 1 } }), [rc])).toMatchObject({
      kind: 'wait',
      againAfterMs: 1000,
    });
  });

  test('a fallback while the failed pods serve keeps within surge and unavailability', () => {
    const dc = dcOf({
      spec: { replicas: 4, strategy: { rollingParams: { maxSurge: 1, maxUnavailable: 0 } } },
      status: { latestVersion: 2 },
    });
    const cluster = new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'Failed', { dc, replicas: 2 })]);
    while (cluster.act() === 'done') {
      expect(cluster.totals().asked).toBeLessThanOrEqual(5);
      expect(cluster.totals().available).toBe(4);
    }
    expect(summary(cluster)).toEqual(['v1 Complete r=3', 'v2 Failed r=2']);
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=4', 'v2 Failed r=0']);
  });
});

describe('what others are told', () => {
  const untold = { 'rollout.tagstream.io/announced': '' };

  test('a rollout is told from start to end, each milestone once', () => {
    const cluster = new Cluster(dcOf({ spec: { replicas: 2 } }));
    runToRest(cluster);
    expect(cluster.published).toEqual(['web-1 started', 'web-1 first-pod-ready', 'web-1 complete']);
    runToRest(cluster);
    expect(cluster.published).toHaveLength(3);
  });

  test('a failed rollout is told, and that the version before is back', () => {
    const cluster = new Cluster(dcOf({ spec: { replicas: 2 } }));
    runToRest(cluster);
    cluster.edit({ template: templateOf('web:broken') });
    runToRest(cluster, { pods: 'stuck' });
    cluster.nowMs += 601_000;
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=2', 'v2 Failed r=0']);
    expect(cluster.published.slice(3)).toEqual(['web-2 started', 'web-2 failed', 'web-2 rolled-back']);
    expect(cluster.events).toContain('RolloutFailed');
  });

  test.each([
    ['a version with the template of an older one is told as a return to it', ['web:1', 'web:2', 'web:1'], 1],
    ['of several older ones the newest is named', ['web:1', 'web:2', 'web:1', 'web:3', 'web:1'], 3],
    ['the same template again is no return', ['web:1', 'web:2', 'web:2'], undefined],
    ['neither is one that was never there', ['web:1', 'web:2', 'web:3'], undefined],
  ])('%s', (_, images, expected) => {
    const cluster = new Cluster(dcOf({ spec: { template: templateOf(images[0]!) } }));
    runToRest(cluster);
    for (const image of images.slice(1)) {
      // A new version is due also where the template stays as it is, as when a person asks for one.
      const { latestVersion = 0 } = cluster.dc.status ?? {};
      cluster.edit({ template: templateOf(image) });
      if (image === images[latestVersion - 1]) cluster.requestVersion();
      runToRest(cluster);
    }
    const name = `web-${images.length}`;
    const annotation = cluster.rc(images.length).metadata.annotations?.['rollout.tagstream.io/rolls-back-to'];
    expect(annotation).toBe(expected === undefined ? undefined : String(expected));
    const told = cluster.published.filter((text) => text.startsWith(`${name} `));
    const returned = expected === undefined ? [] : [`${name} rolled-back`];
    expect(told).toEqual([`${name} started`, `${name} first-pod-ready`, `${name} complete`, ...returned]);
  });

  test('a rollout that is tried again is told again', () => {
    const cluster = new Cluster(dcOf({ spec: { replicas: 2 } }));
    runToRest(cluster, { pods: 'stuck' });
    for (let attempt = 1; attempt <= 2; attempt++) {
      cluster.nowMs += 601_000;
      runToRest(cluster, { pods: 'stuck' });
      expect(summary(cluster)).toEqual(['v1 Failed r=0']);
      cluster.annotate(1, { 'openshift.io/deployment.phase': 'New' });
      runToRest(cluster, { pods: 'stuck' });
    }
    runToRest(cluster);
    const attempts = [
      ...['web-1 started', 'web-1 failed', 'web-1 started (2)', 'web-1 failed (2)'],
      ...['web-1 started (3)', 'web-1 first-pod-ready (3)', 'web-1 complete (3)'],
    ];
    expect(cluster.published).toEqual(attempts);
  });

  test('a milestone that was published but not recorded is recorded with the next write to its object', () => {
    const rc = rcOf(1, 'New', { annotations: untold });
    expect(lifecycle(latest(1), [rc])).toMatchObject({
      why: 'phase',
      annotations: { 'rollout.tagstream.io/announced': 'started' },
    });
  });

  test('while a rollout is under way nothing is written only to record what was told', () => {
    const underWay = rcOf(1, 'Running', { replicas: 1, available: 0, annotations: untold });
    expect(lifecycle(latest(1), [underWay])).toMatchObject({ kind: 'wait' });
    const failed = rcOf(1, 'Failed', { annotations: untold });
    expect(lifecycle(latest(1), [failed])).toMatchObject({
      kind: 'change-rc',
      why: 'announce',
      annotations: { 'rollout.tagstream.io/announced': 'started,failed' },
    });
  });

  test('that a rollout was told to its end is recorded with the status that says so, and later with its object', () => {
    const cluster = new Cluster(dcOf({ spec: { replicas: 2 } }));
    runToRest(cluster);
    const recorded = () => cluster.rc(1).metadata.annotations?.['rollout.tagstream.io/announced'];
    expect(recorded()).not.toContain('complete');
    expect(cluster.dc.status).toMatchObject({ announcedRollout: '1', updatedReplicas: 2 });
    expect(cluster.dcs.filter(({ status }) => status?.announcedRollout === '1')).toHaveLength(1);
    cluster.told.clear();
    runToRest(cluster);
    expect(cluster.published).toHaveLength(3);

    cluster.edit({ template: templateOf('web:2') });
    runToRest(cluster);
    expect(recorded()).toBe('started,first-pod-ready,complete');
    expect(cluster.dc.status).toMatchObject({ announcedRollout: '2' });
    cluster.told.clear();
    runToRest(cluster);
    expect(cluster.published).toHaveLength(6);
  });

  test('a process that starts anew in the middle tells again what it cannot know to have been told', () => {
    const cluster = new Cluster(dcOf({ spec: { replicas: 2 } }));
    runToRest(cluster, { pods: 'stuck' });
    cluster.told.clear();
    runToRest(cluster);
    cluster.told.clear();
    runToRest(cluster);
    expect(cluster.published).toEqual(['web-1 started', 'web-1 started', 'web-1 first-pod-ready', 'web-1 complete']);
  });

  test('rollouts go on while nobody can be told', () => {
    const unpublished = { isPublished: () => false, canPublish: false };
    const phaseChange = { kind: 'change-rc', why: 'phase' };
    expect(step(latest(1), [rcOf(1, 'New', { annotations: untold })], unpublished)).toMatchObject(phaseChange);
    const complete = [rcOf(1, 'Complete', { replicas: 1, annotations: untold })];
    const write = step(latest(1), complete, unpublished);
    expect(write).toMatchObject({ kind: 'write-status', status: { updatedReplicas: 1 } });
    expect(write).not.toHaveProperty('status.announcedRollout');
    // When nothing else is to be done it is tried again.
    expect(lifecycle(latest(1), complete, unpublished)).toMatchObject({ kind: 'publish' });
  });

  test('while others can be told, they are before the status says the same', () => {
    const complete = [rcOf(1, 'Complete', { replicas: 1, annotations: untold })];
    expect(step(latest(1), complete, { isPublished: () => false })).toMatchObject({ kind: 'publish' });
  });

  test('nothing is told of what was there before this system came', () => {
    const rc = rcOf(1, 'Complete', { replicas: 1 });
    const { 'rollout.tagstream.io/announced': _, ...annotations } = rc.metadata.annotations!;
    const old = { ...rc, metadata: { ...rc.metadata, annotations } };
    expect(lifecycle(latest(1), [old], { isPublished: () => false })).toMatchObject({ kind: 'wait' });
  });
});

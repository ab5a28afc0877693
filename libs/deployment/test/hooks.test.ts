import type { DeploymentStrategy, LifecycleHook } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';
import { dcOf, rcOf, templateOf } from './support/objects.ts';
import { runToRest, summary } from './support/run.ts';

const exec = (failurePolicy: LifecycleHook['failurePolicy'] = 'Abort'): LifecycleHook => {
  return { failurePolicy, execNewPod: { command: ['do', 'it'], containerName: 'web' } };
};
const rolling = (hooks: Partial<Record<'pre' | 'post', LifecycleHook>>): DeploymentStrategy => {
  return { rollingParams: { maxSurge: 1, maxUnavailable: 0, ...hooks } };
};
const recreate = (hooks: Partial<Record<'pre' | 'mid' | 'post', LifecycleHook>>): DeploymentStrategy => {
  return { type: 'Recreate', recreateParams: { timeoutSeconds: 60, ...hooks } };
};

/** Version 1 serves with two replicas; version 2 is asked for. */
function replacing(strategy: DeploymentStrategy): Cluster {
  const dc = dcOf({ spec: { replicas: 2, strategy }, status: { latestVersion: 2 } });
  return new Cluster(dc, [rcOf(1, 'Complete', { dc, replicas: 2 }), rcOf(2, 'New', { dc })]);
}

/** Version 1 is the first. */
function first(strategy: DeploymentStrategy): Cluster {
  const dc = dcOf({ spec: { replicas: 2, strategy }, status: { latestVersion: 1 } });
  return new Cluster(dc, [rcOf(1, 'New', { dc })]);
}

const scaled = (cluster: Cluster) => cluster.events.filter((reason) => reason === 'ReplicationControllerScaled').length;
const reasonOf = (cluster: Cluster, version = 2) =>
  cluster.rc(version).metadata.annotations?.['openshift.io/deployment.status-reason'];
const cancel = { 'openshift.io/deployment.cancelled': 'true' };
const retry = { 'openshift.io/deployment.phase': 'New', 'openshift.io/deployment.cancelled': null };

describe('around a rolling update', () => {
  test('nothing is scaled before the first hook has succeeded, and the last one comes when all else is done', () => {
    const cluster = replacing(rolling({ pre: exec(), post: exec() }));
    runToRest(cluster);
    expect(cluster.rolloutPods.made).toEqual(['web-2-hook-pre attempt 1']);
    expect(scaled(cluster)).toBe(0);

    cluster.rolloutPods.end('web-2-hook-pre', 'Succeeded');
    runToRest(cluster);
    expect(cluster.rolloutPods.made).toEqual(['web-2-hook-pre attempt 1', 'web-2-hook-post attempt 1']);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Running r=2']);

    cluster.rolloutPods.end('web-2-hook-post', 'Succeeded');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
    expect(cluster.events.filter((reason) => ['Started', 'Completed', 'Failed'].includes(reason))).toEqual([
      ...['Started', 'Completed'],
      ...['Started', 'Completed'],
    ]);
  });

  test.each([
    ['#55 an update', replacing],
    ['#55 a first rollout', first],
  ])('%s whose first hook fails is aborted, with nothing scaled', (_, start) => {
    const cluster = start(rolling({ pre: exec() }));
    runToRest(cluster);
    const [name] = cluster.rolloutPods.now.keys();
    cluster.rolloutPods.end(name!, 'Failed');
    runToRest(cluster);
    expect(summary(cluster).at(-1)).toMatch(/Failed r=0/);
    expect(scaled(cluster)).toBe(0);
    expect(cluster.events).toContain('Failed');
  });

  test.each([
    ['#55 an update', replacing, ['v1 Complete r=2', 'v2 Failed r=0']],
    ['#55 a first rollout', first, ['v1 Failed r=0']],
  ])('%s whose last hook fails is aborted after everything was scaled', (_, start, expected) => {
    const cluster = start(rolling({ post: exec() }));
    runToRest(cluster);
    const [name] = cluster.rolloutPods.now.keys();
    expect(name).toMatch(/-hook-post$/);
    expect(summary(cluster).at(-1)).toMatch(/Running r=2/);
    cluster.rolloutPods.end(name!, 'Failed');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(expected);
  });

  test('a pod that fails during the last hook does not start the strategy again', () => {
    const cluster = replacing(rolling({ post: exec() }));
    runToRest(cluster);
    cluster.pods.set('web-2', [true, false]);
    cluster.syncPods('web-2');
    cluster.nowMs += 700_000;
    runToRest(cluster, { pods: 'stuck' });
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Running r=2']);
    cluster.rolloutPods.end('web-2-hook-post', 'Succeeded');
    runToRest(cluster, { pods: 'stuck' });
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
  });

  test("a long hook does not eat up the strategy's own time", () => {
    const cluster = replacing(rolling({ pre: exec() }));
    runToRest(cluster);
    cluster.nowMs += 900_000;
    cluster.rolloutPods.end('web-2-hook-pre', 'Succeeded');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
  });
});

describe('around Recreate', () => {
  test('the hook in the middle comes when nothing runs', () => {
    const cluster = replacing(recreate({ pre: exec(), mid: exec(), post: exec() }));
    for (const moment of ['pre', 'mid', 'post']) {
      runToRest(cluster);
      const replicas = { pre: 'v1 Complete r=2, v2 Running r=0', mid: 'v1 Complete r=0, v2 Running r=0', post: '' };
      if (moment !== 'post') expect(summary(cluster).join(', ')).toBe(replicas[moment as 'pre' | 'mid']);
      cluster.rolloutPods.end(`web-2-hook-${moment}`, 'Succeeded');
    }
    runToRest(cluster);
    expect(cluster.rolloutPods.made).toEqual([
      'web-2-hook-pre attempt 1',
      'web-2-hook-mid attempt 1',
      'web-2-hook-post attempt 1',
    ]);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
  });

  test.each([
    ['#52 a failing first hook leaves everything unscaled', 'pre', ['v1 Complete r=2', 'v2 Failed r=0'], 0],
    ['#52 a failing last hook comes after full scaling', 'post', ['v1 Complete r=2', 'v2 Failed r=0'], 5],
    ['a failing hook in the middle has the old version come back', 'mid', ['v1 Complete r=2', 'v2 Failed r=0'], 2],
  ] as const)('%s', (_, moment, expected, changes) => {
    const cluster = replacing(recreate({ [moment]: exec() }));
    runToRest(cluster);
    cluster.rolloutPods.end(`web-2-hook-${moment}`, 'Failed');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(expected);
    expect(scaled(cluster)).toBe(changes);
  });

  test('hooks run also when no replicas are wanted', () => {
    const dc = dcOf({
      spec: { replicas: 0, strategy: recreate({ mid: exec() }) },
      status: { latestVersion: 1 },
    });
    const cluster = new Cluster(dc, [rcOf(1, 'New', { dc })]);
    runToRest(cluster);
    cluster.rolloutPods.end('web-1-hook-mid', 'Succeeded');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0']);
  });
});

describe('a hook pod', () => {
  test.each([
    ['Abort', 'v2 Failed r=0'],
    ['Retry', 'v2 Failed r=0'],
    ['Ignore', 'v2 Complete r=2'],
  ] as const)('#60 that fails ends a rollout or not, as the failure policy %s says', (policy, expected) => {
    const cluster = replacing(rolling({ pre: exec(policy) }));
    runToRest(cluster);
    cluster.rolloutPods.end('web-2-hook-pre', 'Failed');
    runToRest(cluster);
    expect(summary(cluster)).toContain(expected);
    expect(cluster.events).toContain('Failed');
    if (policy !== 'Ignore') {
      expect(reasonOf(cluster)).toBe(
        'the pre-hook failed: hook pod web-2-hook-pre failed: its status does not say why',
      );
    }
  });

  test('that is deleted while it runs is a failure, and is not made again', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    runToRest(cluster);
    cluster.rolloutPods.remove('web-2-hook-pre');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=2', 'v2 Failed r=0']);
    expect(reasonOf(cluster)).toBe('the pre-hook failed: hook pod web-2-hook-pre was deleted');
    expect(cluster.rolloutPods.made).toHaveLength(1);
  });

  test('that is not in view although it was seen is read before anything is said about it', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    runToRest(cluster);
    expect(cluster.act({ ...cluster.look(), pods: new Map() })).toBe('idle');
    expect(summary(cluster)).toEqual(['v1 Complete r=2', 'v2 Running r=0']);
  });

  test('that is gone after it succeeded is not missed', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    runToRest(cluster);
    cluster.rolloutPods.end('web-2-hook-pre', 'Succeeded');
    while (cluster.rc(2).spec.replicas === 0) cluster.act();
    cluster.rolloutPods.remove('web-2-hook-pre');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
    expect(cluster.rolloutPods.made).toHaveLength(1);
  });

  test('of somebody else is a failure that says so', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    cluster.rolloutPods.create({ metadata: { name: 'web-2-hook-pre', namespace: 'shop' } }, cluster.nowMs);
    const unseen = () => ({ ...cluster.look(), pods: new Map() });
    while (cluster.act(unseen()) === 'done');
    expect(reasonOf(cluster)).toBe('the pre-hook failed: it exists and belongs to something else');
  });

  test('that another replica made is taken up', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    while (cluster.rolloutPods.made.length === 0) cluster.act();
    expect(cluster.act({ ...cluster.look(), pods: new Map() })).toBe('conflict');
    cluster.rolloutPods.end('web-2-hook-pre', 'Succeeded');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
  });

  test('has what is left of the time of the whole rollout', () => {
    const cluster = replacing({ ...rolling({ pre: exec() }), activeDeadlineSeconds: 1000 });
    while (cluster.rc(2).metadata.annotations?.['openshift.io/deployment.phase'] !== 'Running') cluster.act();
    cluster.nowMs += 100_500;
    runToRest(cluster);
    expect(cluster.rolloutPods.now.get('web-2-hook-pre')?.spec?.activeDeadlineSeconds).toBe(900);
  });

  test('that outlives the time of the rollout is taken away', () => {
    const cluster = replacing({ ...rolling({ pre: exec() }), activeDeadlineSeconds: 1000 });
    runToRest(cluster);
    cluster.nowMs += 1_001_000;
    runToRest(cluster);
    expect(reasonOf(cluster)).toBe('rollout took longer than activeDeadlineSeconds (1000)');
    expect([...cluster.rolloutPods.now.keys()]).toEqual([]);
  });
});

describe('a rollout that is stopped or tried again', () => {
  test('has its running hook ended before it is over', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    runToRest(cluster);
    cluster.annotate(2, cancel);
    expect(cluster.act()).toBe('done');
    expect(cluster.rolloutPods.now.get('web-2-hook-pre')?.metadata.deletionTimestamp).toBeDefined();
    while (cluster.act() === 'done');
    expect(summary(cluster)).toEqual(['v1 Complete r=2', 'v2 Running r=0']);
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=2', 'v2 Failed r=0']);
  });

  test('does not wait for ever for a pod on a lost node', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    runToRest(cluster);
    cluster.annotate(2, cancel);
    while (cluster.act() === 'done');
    cluster.nowMs += 120_000;
    while (cluster.act() === 'done');
    expect(summary(cluster)).toEqual(['v1 Complete r=2', 'v2 Failed r=0']);
  });

  test('has a hook ended that is not in view yet', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    while (cluster.rolloutPods.made.length === 0) cluster.act();
    cluster.annotate(2, cancel);
    expect(cluster.act({ ...cluster.look(), pods: new Map() })).toBe('done');
    expect(cluster.rolloutPods.now.get('web-2-hook-pre')?.metadata.deletionTimestamp).toBeDefined();
  });

  test('does not let the next version begin while its hook runs', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    runToRest(cluster);
    cluster.edit({ template: templateOf('web:3') });
    while (cluster.act() === 'done');
    expect(cluster.rcs).toHaveLength(2);
    runToRest(cluster);
    expect(cluster.rolloutPods.made).toEqual(['web-2-hook-pre attempt 1', 'web-3-hook-pre attempt 1']);
    expect(cluster.events).toContain('DeploymentAwaitingCancellation');
  });

  test('runs its hooks again when it is retried, in place of those left over', () => {
    const cluster = replacing(rolling({ pre: exec(), post: exec() }));
    runToRest(cluster);
    cluster.rolloutPods.end('web-2-hook-pre', 'Succeeded');
    runToRest(cluster);
    cluster.rolloutPods.end('web-2-hook-post', 'Failed');
    runToRest(cluster);
    cluster.annotate(2, retry);
    runToRest(cluster);
    cluster.rolloutPods.end('web-2-hook-pre', 'Succeeded');
    runToRest(cluster);
    cluster.rolloutPods.end('web-2-hook-post', 'Succeeded');
    runToRest(cluster);
    expect(summary(cluster)).toEqual(['v1 Complete r=0', 'v2 Complete r=2']);
    expect(cluster.rolloutPods.made).toEqual([
      'web-2-hook-pre attempt 1',
      'web-2-hook-post attempt 1',
      'web-2-hook-pre attempt 2',
      'web-2-hook-post attempt 2',
    ]);
  });

  test('whose pods of a later attempt are in view is only waited for', () => {
    const cluster = replacing(rolling({ pre: exec() }));
    runToRest(cluster);
    const late = cluster.look();
    cluster.rolloutPods.end('web-2-hook-pre', 'Failed');
    runToRest(cluster);
    cluster.annotate(2, retry);
    runToRest(cluster);
    const present = cluster.look();
    expect(cluster.act({ ...late, pods: present.pods })).toBe('idle');
    const failed = cluster.snapshots.findLast(
      (rcs) => rcs.get('web-2')?.metadata.annotations?.['openshift.io/deployment.phase'] === 'Failed',
    )!;
    for (let i = 0; i < 3; i++) cluster.act({ ...cluster.look(), rcs: failed });
    expect(cluster.rolloutPods.now.get('web-2-hook-pre')?.metadata.deletionTimestamp).toBeUndefined();
  });
});

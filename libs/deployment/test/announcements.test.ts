import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';
import { latest, lifecycle } from './support/lifecycle.ts';
import { dcOf, rcOf, step, templateOf } from './support/objects.ts';
import { runToRest, summary } from './support/run.ts';

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
    expect(cluster.dc.status).toMatchObject({
      announcedRollout: `${cluster.rc(1).metadata.uid}/1`,
      updatedReplicas: 2,
    });
    expect(cluster.dcs.filter(({ status }) => status?.announcedRollout !== undefined)).toHaveLength(1);
    cluster.told.clear();
    runToRest(cluster);
    expect(cluster.published).toHaveLength(3);

    cluster.edit({ template: templateOf('web:2') });
    runToRest(cluster);
    expect(recorded()).toBe('started,first-pod-ready,complete');
    expect(cluster.dc.status).toMatchObject({ announcedRollout: `${cluster.rc(2).metadata.uid}/1` });
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

  test('a ReplicationController that is deleted and made anew is told about anew', () => {
    const cluster = new Cluster(dcOf({ spec: { replicas: 2 } }));
    runToRest(cluster);
    cluster.remove(1);
    runToRest(cluster);
    const once = ['web-1 started', 'web-1 first-pod-ready', 'web-1 complete'];
    expect(cluster.published).toEqual([...once, ...once]);
  });

  test('a rollout that is complete before a pod is ready has its record with its object, so that the pod is still told', () => {
    const cluster = new Cluster(dcOf({ spec: { replicas: 0 } }));
    runToRest(cluster);
    expect(cluster.published).toEqual(['web-1 started', 'web-1 complete']);
    expect(cluster.rc(1).metadata.annotations?.['rollout.tagstream.io/announced']).toBe('started,complete');
    expect(cluster.dc.status?.announcedRollout).toBeUndefined();
    cluster.edit({ replicas: 1 });
    runToRest(cluster);
    expect(cluster.published.slice(2)).toEqual(['web-1 first-pod-ready']);
  });
});

import { describe, expect, test } from 'vitest';
import { latest, lifecycle } from './support/lifecycle.ts';
import { dcOf, rcOf, step, templateOf } from './support/objects.ts';

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

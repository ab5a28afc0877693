import type { DeploymentConfigStatus } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import { cancellation, newConfig, pause, resume, retry, rolloutHistory, rolloutStatus } from '../../src/index.ts';
import { dcOf, rcOf } from '../support/objects.ts';

const cancelled = { 'openshift.io/deployment.cancelled': 'true' };
const versionsOf = (rcs: readonly { metadata: { name: string } }[]) => rcs.map(({ metadata }) => metadata.name);

test('cancels every rollout under way that is not cancelled yet, newest first', () => {
  const rcs = [rcOf(1, 'Complete'), rcOf(2, 'Running'), rcOf(4, 'New'), rcOf(3, 'Pending', { annotations: cancelled })];

  const result = cancellation(dcOf(), rcs);

  if (result.kind !== 'cancellation') throw new Error(result.message);
  expect(versionsOf(result.cancel)).toEqual(['web-4', 'web-2']);
  expect(versionsOf(result.already)).toEqual(['web-3']);
  expect(result.newest.metadata.name).toBe('web-4');
});

test('there is nothing to cancel without a rollout', () => {
  expect(cancellation(dcOf(), [])).toMatchObject({
    message: 'there have been no replication controllers for shop/web',
  });
});

const at = (latestVersion: number, more: object = {}) => dcOf({ status: { latestVersion }, ...more });

test.each([
  [
    'a paused configuration',
    at(2, { spec: { paused: true } }),
    rcOf(2, 'Failed'),
    'unable to retry paused deployment config "web"',
  ],
  ['nothing rolled out', at(0), undefined, 'no rollouts found for "web"'],
  [
    'a rollout that is not there',
    at(2),
    undefined,
    "unable to find the latest rollout (#2).\nYou can start a new rollout with 'tagstream rollout latest dc/web'.",
  ],
  [
    'a complete one',
    at(2),
    rcOf(2, 'Complete'),
    "rollout #2 is complete; only failed deployments can be retried.\nYou can start a new rollout with 'tagstream rollout latest dc/web'.",
  ],
  [
    'a running one',
    at(2),
    rcOf(2, 'Running'),
    "rollout #2 is running; only failed deployments can be retried.\nOptionally, you can cancel this deployment with 'tagstream rollout cancel dc/web'.",
  ],
])('%s cannot be retried', (_, dc, latest, message) => {
  expect(retry(dc, latest)).toMatchObject({ kind: 'refused', message });
});

test('a failed rollout goes back to New, and why it ended is forgotten', () => {
  expect(retry(at(2), rcOf(2, 'Failed', { annotations: cancelled }))).toMatchObject({
    kind: 'retry',
    version: 2,
    annotations: {
      'openshift.io/deployment.phase': 'New',
      'openshift.io/deployment.status-reason': null,
      'openshift.io/deployment.cancelled': null,
    },
  });
});

test('pausing and resuming are refused in the state that they lead to', () => {
  const running = dcOf();
  const paused = dcOf({ spec: { paused: true } });

  expect(pause(running)).toEqual({ kind: 'change', patch: { spec: { paused: true } } });
  expect(resume(paused)).toEqual({ kind: 'change', patch: { spec: { paused: null } } });
  expect(pause(paused)).toMatchObject({ message: 'is already paused' });
  expect(resume(running)).toMatchObject({ message: 'is not paused' });
});

test('the history is listed oldest first, with phase and cause', () => {
  const reason = { 'openshift.io/deployment.status-reason': 'image change' };

  expect(rolloutHistory([rcOf(10, 'Running'), rcOf(9, 'Complete', { annotations: reason })])).toEqual([
    { revision: 9, status: 'Complete', cause: 'image change' },
    { revision: 10, status: 'Running', cause: '<unknown>' },
  ]);
});

const imageTrigger = {
  type: 'ImageChange',
  imageChangeParams: { automatic: true, containerNames: ['web'], from: { name: 'web:latest' } },
};
const progressing = (reason: string) => ({
  conditions: [{ type: 'Progressing', status: 'True' as const, reason, message: `"web-1" because of ${reason}` }],
});
const counted = (updatedReplicas: number, replicas: number, availableReplicas: number) => ({
  updatedReplicas,
  replicas,
  availableReplicas,
});

const notSeen = 'Waiting for latest deployment config spec to be observed by the controller loop...';

test.each<[string, { status: DeploymentConfigStatus; spec?: object; revision?: number }, [string, string]]>([
  [
    'no image yet',
    { status: {}, spec: { triggers: [imageTrigger] } },
    ['waiting', 'Deployment config "web" waiting on image update'],
  ],
  [
    'nobody has asked yet',
    { status: {}, spec: { triggers: [] } },
    ['failed', 'Deployment config "web" waiting on manual update (use \'tagstream rollout latest web\')'],
  ],
  [
    'another revision',
    { status: { latestVersion: 2 }, revision: 1 },
    ['failed', 'desired revision (1) is different from the running revision (2)'],
  ],
  [
    'not seen yet',
    { status: { latestVersion: 1, ...progressing('NewReplicationControllerAvailable') } },
    ['waiting', notSeen],
  ],
  [
    'rolled out',
    { status: { latestVersion: 1, observedGeneration: 1, ...progressing('NewReplicationControllerAvailable') } },
    ['done', '"web-1" because of NewReplicationControllerAvailable'],
  ],
  [
    'rolled out before, and another version asked for: the generation does not show it',
    { status: { latestVersion: 2, observedGeneration: 1, ...progressing('NewReplicationControllerAvailable') } },
    ['waiting', notSeen],
  ],
  [
    'failed',
    { status: { latestVersion: 1, observedGeneration: 1, ...progressing('ProgressDeadlineExceeded') } },
    ['failed', '"web-1" because of ProgressDeadlineExceeded'],
  ],
  [
    'cancelled',
    { status: { latestVersion: 1, observedGeneration: 1, ...progressing('RolloutCancelled') } },
    ['failed', '"web-1" because of RolloutCancelled'],
  ],
  [
    'paused',
    { status: { latestVersion: 1, observedGeneration: 1, ...progressing('DeploymentConfigPaused') } },
    ['failed', 'Deployment config "web" is paused. Resume to continue watching the status of the rollout.'],
  ],
  [
    'new pods missing',
    { status: { latestVersion: 1, observedGeneration: 1, ...counted(1, 3, 3) } },
    ['waiting', 'Waiting for rollout to finish: 1 out of 2 new replicas have been updated...'],
  ],
  [
    'old pods left',
    { status: { latestVersion: 1, observedGeneration: 1, ...counted(2, 3, 3) } },
    ['waiting', 'Waiting for rollout to finish: 1 old replicas are pending termination...'],
  ],
  [
    'new pods not available',
    { status: { latestVersion: 1, observedGeneration: 1, ...counted(2, 2, 1) } },
    ['waiting', 'Waiting for rollout to finish: 1 of 2 updated replicas are available...'],
  ],
  [
    'all counted, nothing said yet',
    { status: { latestVersion: 1, observedGeneration: 1, ...counted(2, 2, 2) } },
    ['waiting', notSeen],
  ],
])('the status of a rollout: %s', (_, { status, spec, revision = 0 }, [kind, message]) => {
  const dc = dcOf({ spec: { replicas: 2, ...spec }, status });

  expect(rolloutStatus(dc, revision)).toEqual({ kind, message });
});

test('a new configuration has one container, and leaves triggers and strategy to be defaulted', () => {
  const named = { name: 'web', namespace: 'shop', image: 'web:1' };

  expect(newConfig({ ...named, command: ['serve', '--fast'] })).toMatchObject({
    kind: 'DeploymentConfig',
    spec: {
      replicas: 1,
      selector: { 'deployment-config.name': 'web' },
      template: {
        metadata: { labels: { 'deployment-config.name': 'web' } },
        spec: { containers: [{ name: 'default-container', image: 'web:1', command: ['serve', '--fast'] }] },
      },
    },
  });
  expect(Object.keys(newConfig({ ...named, command: [] }).spec)).toEqual(['replicas', 'selector', 'template']);
});

import { describe, expect, test } from 'vitest';
import { explainRollout } from '../../src/explain/rules/rollout.ts';
import { said } from './fixtures.ts';

const object = (spec: object, status: object = {}) => {
  const metadata = { name: 'web', namespace: 'shop', generation: 2 };
  return { metadata, spec: { replicas: 3, ...spec }, status: { observedGeneration: 2, ...status } };
};
const counts = (updatedReplicas: number, replicas: number, availableReplicas: number) => ({
  updatedReplicas,
  replicas,
  availableReplicas,
});
const deadline = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' };
const quota = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' };
const onDelete = { updateStrategy: { type: 'OnDelete' } };

describe('a rollout is explained', () => {
  test.each([
    ['deployment', object({}, counts(3, 3, 3)), 'OK rollout: rolled out: 3 of 3 pods run it'],
    [
      'deployment',
      object({}, { observedGeneration: 1 }),
      'WAITING rollout: the deployment controller has not seen the latest change yet',
    ],
    ['deployment', object({}, counts(1, 3, 3)), 'WAITING rollout: 1 of 3 pods have the new template'],
    ['deployment', object({}, counts(3, 5, 3)), 'WAITING rollout: 2 old pods are still to end'],
    ['deployment', object({}, counts(3, 3, 1)), 'WAITING rollout: 1 of 3 new pods are available'],
    ['deployment', object({ replicas: 0 }, counts(0, 0, 0)), 'OK rollout: rolled out: 0 of 0 pods run it'],
    [
      'deployment',
      object({ paused: true }),
      'WAITING rollout: its rollout is paused: what is written is not rolled out → kubectl rollout resume deployment/web',
    ],
    [
      'deployment',
      object({}, { ...counts(1, 3, 2), conditions: [deadline] }),
      'PROBLEM rollout: its rollout has failed: timed out (ProgressDeadlineExceeded) → kubectl describe deployment/web',
    ],
    [
      'deployment',
      object({}, { ...counts(1, 3, 2), conditions: [quota] }),
      'PROBLEM rollout: its rollout has failed: exceeded quota (FailedCreate) → kubectl describe deployment/web',
    ],
    [
      'statefulset',
      object({}, { currentRevision: 'b', updateRevision: 'b' }),
      'OK rollout: rolled out: 3 of 3 pods have the new template',
    ],
    [
      'statefulset',
      object({}, { currentRevision: 'a', updateRevision: 'b', updatedReplicas: 1 }),
      'WAITING rollout: 1 of 3 pods have the new template',
    ],
    [
      'statefulset',
      object(onDelete, { currentRevision: 'a', updateRevision: 'b' }),
      'WAITING rollout: 0 of 3 pods have the new template; the others get it when somebody deletes them (OnDelete)',
    ],
    [
      'statefulset',
      object(
        { updateStrategy: { rollingUpdate: { partition: 2 } } },
        { currentRevision: 'a', updateRevision: 'b', updatedReplicas: 1 },
      ),
      'WAITING rollout: 1 of 3 pods have the new template; those below 2 keep the old one (partition)',
    ],
    [
      'daemonset',
      object({}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }),
      'OK rollout: rolled out: 2 of 2 pods have the new template, 2 are available',
    ],
    [
      'daemonset',
      object(onDelete, { desiredNumberScheduled: 2, numberAvailable: 2 }),
      'WAITING rollout: 0 of 2 pods have the new template, 2 are available; the others get it when somebody deletes them (OnDelete)',
    ],
    ['cronjob', object({ schedule: '0 3 * * *' }), 'OK rollout: its next job runs the image (0 3 * * *)'],
    [
      'cronjob',
      object({ suspend: true }),
      `WAITING rollout: it is suspended: no job runs the image → kubectl patch cronjob/web -p '{"spec":{"suspend":false}}'`,
    ],
    ['replicaset', object({}), 'OK rollout: pods that run already keep their image; new ones get the image above'],
    [
      'job',
      object({}),
      'PROBLEM rollout: Kubernetes does not let the image of a Job be changed → delete and create it anew, or use a CronJob',
    ],
    ['pod', object({}), 'OK rollout: a container whose image changes is restarted in its pod'],
  ])('of a %s with %j', (type, read, expected) => {
    expect(said(explainRollout(type, read))).toEqual([expected]);
  });

  test('of a kind that is not known is left out', () => {
    expect(explainRollout('rollout', object({}))).toEqual([]);
  });
});

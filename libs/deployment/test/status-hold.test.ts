import type { DeploymentConfigStatus, ReplicationController } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import { computeStatus, type Phase } from '../src/index.ts';
import { withVersionAskedFor } from '../src/progress-condition.ts';
import { dcOf, rcOf, START_MS, step } from './support/objects.ts';

const now = new Date(START_MS).toISOString();
const spec = { replicas: 4, strategy: { rollingParams: { maxSurge: 1, maxUnavailable: 1 } } };
const dc = dcOf({ spec, status: { latestVersion: 2 } });

const claimed = { 'rollout.tagstream.io/driver': '2/rollout', 'rollout.tagstream.io/last-progress': now };
const old = (available: number) =>
  rcOf(1, 'Complete', { dc, replicas: 3, current: 3, available, annotations: claimed });
const next = (phase: Phase, current: number) => {
  const since = { 'rollout.tagstream.io/phase-since': now };
  return rcOf(2, phase, { dc, replicas: 2, current, available: 0, annotations: { ...claimed, ...since } });
};
/** The status when the new version had one pod, and with it whatever a row says. */
const stored = (more: Partial<DeploymentConfigStatus> = {}): DeploymentConfigStatus => {
  const status = computeStatus({ dc, rcs: [old(3), next('Running', 1)], now });
  return { ...status, ...more };
};
const askedFor = { conditions: withVersionAskedFor(stored().conditions ?? [], 2, now) };
const ended = {
  conditions: [{ type: 'Progressing', status: 'True' as const, reason: 'NewReplicationControllerAvailable' }],
};
const held = (againAfterMs: number) => ({ kind: 'wait', againAfterMs });
const written = { kind: 'write-status' };

test.each<[string, DeploymentConfigStatus, ReplicationController[], number | undefined, object]>([
  ['one more pod, soon after', stored(), [old(3), next('Running', 2)], -400, held(600)],
  ['one more pod, some time after', stored(), [old(3), next('Running', 2)], -1000, written],
  ['one more pod, after a write by another clock', stored(), [old(3), next('Running', 2)], 60_000, held(1000)],
  ['one more pod, in a process that has not written it', stored(), [old(3), next('Running', 2)], undefined, written],
  ['the first pod of a version that was asked for', stored(askedFor), [old(3), next('Running', 2)], 0, held(1000)],
  ['what was the end of the version before', stored(ended), [old(3), next('Running', 2)], 0, written],
  ['too few are available', stored(), [old(2), next('Running', 2)], 0, written],
  ['the end', stored(), [old(3), next('Failed', 2)], 0, { kind: 'change-rc' }],
])('a status that says: %s', (_, status, rcs, writtenMs, expected) => {
  const statusWritten = writtenMs === undefined ? undefined : { atMs: START_MS + writtenMs, holdMs: 1000 };
  expect(step({ ...dc, status }, rcs, { statusWritten })).toMatchObject(expected);
});

test('how a rollout ended is written at once', () => {
  const rcs = [rcOf(1, 'Complete', { dc }), rcOf(2, 'Complete', { dc, replicas: 4 })];
  expect(step({ ...dc, status: stored() }, rcs, { statusWritten: { atMs: START_MS, holdMs: 1000 } })).toMatchObject({
    kind: 'write-status',
    status: { updatedReplicas: 4, observedGeneration: 1 },
  });
});

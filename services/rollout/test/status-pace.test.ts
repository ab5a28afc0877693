import type { DeploymentConfigStatus } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import { StatusPace } from '../src/status-pace.ts';

const progressing = (reason: string): DeploymentConfigStatus => ({
  conditions: [{ type: 'Progressing', status: 'True', reason }],
});
const underWay = progressing('ReplicationControllerUpdated');
const ended = progressing('NewReplicationControllerAvailable');

/** So many rollouts under way, each written at the instant 0. */
function paceOf(rollouts: number): StatusPace {
  const pace = new StatusPace();
  for (let i = 0; i < rollouts; i++) pace.written(`shop/web-${i}`, 0);
  return pace;
}

test.each<[rollouts: number, holdMs: number, why: string]>([
  [1, 1000, 'a second apart'],
  [5, 1000, 'five a second are no more than one each'],
  [100, 20_000, 'five a second are one each in twenty seconds'],
  [5000, 60_000, 'nobody waits for longer than a minute'],
])('%i rollouts under way: progress is held for %i ms, because %s', (rollouts, holdMs) => {
  expect(paceOf(rollouts).lastWrite('shop/web-0')).toEqual({ atMs: 0, holdMs });
});

test.each<[string, (pace: StatusPace) => void]>([
  ['that was never written', () => undefined],
  ['whose rollout ended, whoever wrote it', (pace) => [pace.written('shop/web', 0), pace.seen('shop/web', ended)]],
  ['that is gone', (pace) => [pace.written('shop/web', 0), pace.forget('shop/web')]],
])('nothing is held for a DeploymentConfig %s', (_, happens) => {
  const pace = paceOf(100);
  happens(pace);
  expect(pace.lastWrite('shop/web')).toBeUndefined();
  expect(pace.lastWrite('shop/web-0')).toEqual({ atMs: 0, holdMs: 20_000 });
});

test('a status that says that a rollout is under way leaves it counted', () => {
  const pace = paceOf(100);
  pace.seen('shop/web-0', underWay);
  expect(pace.lastWrite('shop/web-0')).toEqual({ atMs: 0, holdMs: 20_000 });
  for (let i = 1; i < 100; i++) pace.seen(`shop/web-${i}`, ended);
  expect(pace.lastWrite('shop/web-0')).toEqual({ atMs: 0, holdMs: 1000 });
});

import type { DeploymentTrigger, NormalDeploymentConfig } from '@tagstream/api-types';
import { expect, test } from 'vitest';
import { disabledTriggers, type RollbackRequest, rollback, rollbackTarget } from '../../src/index.ts';
import { dcOf, rcOf, templateOf } from '../support/objects.ts';

const onImage = (tag: string): DeploymentTrigger => ({
  type: 'ImageChange',
  imageChangeParams: {
    automatic: true,
    containerNames: ['web'],
    from: { kind: 'ImageStreamTag', name: tag, namespace: 'shop' },
    lastTriggeredImage: 'web@now',
  },
});

const old = dcOf({
  spec: {
    triggers: [onImage('old:1')],
    template: templateOf('web:old'),
    replicas: 5,
    selector: { app: 'old' },
    strategy: { type: 'Recreate' },
  },
});
const now = dcOf({
  spec: { triggers: [{ type: 'ConfigChange' }, onImage('web:latest')], template: templateOf('web:now'), replicas: 2 },
  status: { latestVersion: 3, details: { message: 'image change' } },
});
const rcs = [rcOf(1, 'Complete', { dc: old }), rcOf(2, 'Failed', { dc: old }), rcOf(3, 'Complete', { dc: now })];

const templateOnly: RollbackRequest = {
  revision: 0,
  includeTemplate: true,
  includeTriggers: false,
  includeReplicationMeta: false,
  includeStrategy: false,
};

const refusal = (message: string) => ({ kind: 'refused', message });

test.each<[string, NormalDeploymentConfig, typeof rcs, number, object]>([
  ['#88 to the latest version', now, rcs, 3, refusal('version 3 is already the latest')],
  [
    '#89 to a version that is not there',
    now,
    rcs.slice(1),
    1,
    refusal('replication controller "web-1" of version 1 does not exist'),
  ],
  [
    '#89 to a version whose configuration cannot be read',
    now,
    [rcOf(1, 'Complete', { annotations: { 'openshift.io/encoded-deployment-config': 'x' } })],
    1,
    refusal('the configuration recorded in replication controller "web-1" cannot be read'),
  ],
  ['of what was never rolled out', dcOf(), [], 0, refusal('cannot rollback an undeployed config')],
  [
    'of what was rolled out once',
    dcOf({ status: { latestVersion: 1 } }),
    rcs.slice(0, 1),
    0,
    refusal('no previous deployment exists for "shop/web"'),
  ],
  ['to nothing in particular means the version before, failed or not', now, rcs, 0, { kind: 'rollback', revision: 2 }],
  ['to an older version', now, rcs, 1, { kind: 'rollback', revision: 1 }],
])('a rollback %s', (_, dc, controllers, revision, expected) => {
  expect(rollback(dc, controllers, { ...templateOnly, revision })).toMatchObject(expected);
});

const flags = [false, true];
const combinations = flags.flatMap((includeTemplate) =>
  flags.flatMap((includeTriggers) =>
    flags.flatMap((includeReplicationMeta) =>
      flags.map((includeStrategy) => ({ includeTemplate, includeTriggers, includeReplicationMeta, includeStrategy })),
    ),
  ),
);

test.each(combinations)('#90 takes over what is asked for, and turns image triggers off: %j', (include) => {
  const result = rollback(now, rcs, { revision: 1, ...include });

  if (result.kind !== 'rollback') throw new Error(result.message);
  const { spec, status } = result.dc;
  expect(spec.template).toEqual((include.includeTemplate ? old : now).spec.template);
  expect([spec.replicas, spec.selector]).toEqual(
    include.includeReplicationMeta ? [5, { app: 'old' }] : [2, { app: 'web' }],
  );
  expect(spec.strategy.type).toBe(include.includeStrategy ? 'Recreate' : 'Rolling');
  expect(disabledTriggers(result.dc)).toEqual([include.includeTriggers ? 'old:1' : 'web:latest']);
  expect(spec.triggers.some((trigger) => trigger.imageChangeParams?.automatic)).toBe(false);
  expect(spec.triggers.some(({ type }) => type === 'ConfigChange')).toBe(!include.includeTriggers);
  expect(status).toEqual({ latestVersion: 4, details: { message: 'image change' } });
  expect(now.spec.triggers[1]?.imageChangeParams?.automatic).toBe(true);
});

test.each(combinations)('the operations of a rollback make the same of the stored object: %j', (include) => {
  const result = rollback(now, rcs, { revision: 1, ...include, updatedAnnotations: { why: 'incident' } });

  if (result.kind !== 'rollback') throw new Error(result.message);
  const stored: unknown = structuredClone(now);
  for (const { op, path, value } of result.operations) {
    expect(op).toBe('add');
    const keys = path.slice(1).split('/');
    const last = keys.pop()!;
    const parent = keys.reduce((object, key) => (object as Record<string, unknown>)[key], stored);
    (parent as Record<string, unknown>)[last] = value;
  }
  expect(stored).toEqual({ ...result.dc, status: now.status });
});

test('triggers that are off already are left alone', () => {
  const off = onImage('web:latest');
  const dc = dcOf({
    spec: { triggers: [{ ...off, imageChangeParams: { ...off.imageChangeParams, automatic: false } }] },
    status: { latestVersion: 3 },
  });

  const result = rollback(dc, rcs, templateOnly);

  expect(result).toMatchObject({ operations: [{ path: '/spec/template' }] });
});

const complete = (version: number) => rcOf(version, 'Complete');
const failed = (version: number) => rcOf(version, 'Failed');

test.each<[string, typeof rcs, number, number | string]>([
  ['#92 all complete, --to-version=1', [complete(1), complete(2), complete(3)], 1, 1],
  ['#92 --to-version=1 is not there', [complete(2), complete(3)], 1, "couldn't find deployment for rollback"],
  ['#92 the newest complete one before the latest', [complete(1), failed(2), complete(3)], 0, 1],
  ['#92 none complete', [failed(1), failed(2), complete(3)], 0, "couldn't find deployment for rollback"],
])('the target of "rollback": %s', (_, controllers, toVersion, expected) => {
  const target = rollbackTarget(now, controllers, toVersion);

  expect(target.kind === 'target' ? target.version : target.message).toBe(expected);
});

test('a paused one has no target', () => {
  const target = rollbackTarget({ ...now, spec: { ...now.spec, paused: true } }, rcs, 1);

  expect(target).toMatchObject({ kind: 'refused', message: 'cannot rollback a paused deployment config' });
});

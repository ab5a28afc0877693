import { type DeploymentTrigger, normalizeDeploymentConfig } from '@tagstream/api-types';
import { createLog } from '@tagstream/service';
import { expect, test } from 'vitest';
import { createPullRefusals, withoutRefused } from '../src/pull-refusals.ts';

const follows = (namespace: string, name: string): DeploymentTrigger => ({
  type: 'ImageChange',
  imageChangeParams: { automatic: true, containerNames: ['web'], from: { kind: 'ImageStreamTag', namespace, name } },
});
const dc = normalizeDeploymentConfig({
  metadata: { name: 'web', namespace: 'shop', uid: 'u' },
  spec: { triggers: [follows('shop', 'own:1'), follows('base', 'node:1'), follows('secret', 'vault:1')] },
});

function setUp() {
  const asked: string[] = [];
  const events: string[] = [];
  const pulls = createPullRefusals({
    mayPull: async (home, { namespace, name }) => {
      asked.push(`${home} ${namespace}/${name}`);
      return namespace === 'secret' ? `not from ${name}` : undefined;
    },
    recordEvent: (_, { type, reason, message }) => void events.push(`${type} ${reason}: ${message}`),
    telemetry: { log: createLog({ service: 'rollout', level: 'silent' }) },
  });
  return { asked, events, pulls };
}

test('a namespace is asked about streams of other namespaces only', async () => {
  const { asked, pulls } = setUp();
  const refusals = await pulls.find(dc);
  expect(asked).toEqual(['shop base/node', 'shop secret/vault']);
  expect([...refusals]).toEqual([['secret/vault', 'not from vault']]);
});

test('a tag that may not be followed is as if it were not there', async () => {
  const { pulls } = setUp();
  const item = { reference: 'node@sha256:1', image: 'sha256:1', created: '2026-11-21T10:00:00.000Z' };
  const resolve = withoutRefused(() => item, await pulls.find(dc));
  expect(resolve('secret', 'vault', '1')).toBeUndefined();
  expect(resolve('base', 'node', '1')).toBe(item);
});

test('the owner is told once, and it is looked at again before long', async () => {
  const { events, pulls } = setUp();
  const refusals = await pulls.find(dc);
  const wait = { kind: 'wait', reason: 'r' } as const;
  expect(pulls.heed('shop/web', dc, refusals, wait)).toEqual({ ...wait, againAfterMs: 15_000 });
  expect(pulls.heed('shop/web', dc, refusals, { ...wait, againAfterMs: 100 })).toEqual({ ...wait, againAfterMs: 100 });
  const message = 'Warning ImagePullForbidden: An image of another namespace may not be used: not from vault';
  expect(events).toEqual([message]);

  expect(pulls.heed('shop/web', dc, new Map(), wait)).toBe(wait);
  pulls.heed('shop/web', dc, refusals, wait);
  expect(events).toEqual([message, message]);
});

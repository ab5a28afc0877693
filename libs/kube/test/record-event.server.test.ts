import type { KubeObject, ObjectReference } from '@tagstream/api-types';
import { connectKube, recordEvent, resources } from '@tagstream/kube';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startFakeApi } from './fake-api.ts';
import { openTestNamespace, type TestNamespace } from './test-namespace.ts';

interface CoreEvent extends KubeObject {
  involvedObject: ObjectReference;
  reason: string;
  message: string;
  count: number;
  firstTimestamp: string;
  lastTimestamp: string;
}

let scope: TestNamespace;

beforeAll(async () => {
  scope = await openTestNamespace(inject('kubeconfig'));
});

afterAll(async () => {
  await scope[Symbol.asyncDispose]();
});

function factsAbout(name: string, message: string, at = '2026-01-01T00:00:00.500Z') {
  const regarding = {
    kind: 'ImageStream',
    apiVersion: 'image.openshift.io/v1',
    namespace: scope.namespace,
    name,
    uid: `uid-${name}`,
  };
  const clock = { now: () => Date.parse(at) };
  return { regarding, type: 'Warning', reason: 'ImportFailed', message, component: 'kube-test', clock } as const;
}

async function eventsAbout(name: string): Promise<CoreEvent[]> {
  const fieldSelector = `involvedObject.name=${name}`;
  const { items } = await scope.client.list<CoreEvent>(resources.events, { namespace: scope.namespace, fieldSelector });
  return items;
}

test('the same statement is one event whose count and last time grow, another one is another event', async () => {
  expect(await recordEvent(scope.client, factsAbout('app', 'no such tag'))).toBe(true);
  expect(await recordEvent(scope.client, factsAbout('app', 'no such tag', '2026-01-01T00:05:00Z'))).toBe(true);
  expect(await recordEvent(scope.client, factsAbout('app', 'registry is down'))).toBe(true);
  const found = (await eventsAbout('app')).map(({ message, count, firstTimestamp, lastTimestamp }) => {
    return { message, count, firstTimestamp, lastTimestamp };
  });
  expect(found).toHaveLength(2);
  expect(found).toEqual(
    expect.arrayContaining([
      {
        message: 'no such tag',
        count: 2,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:05:00Z',
      },
      {
        message: 'registry is down',
        count: 1,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
      },
    ]),
  );
});

test('two replicas that say the same at the same moment are both counted', async () => {
  const recorded = await Promise.all([1, 2].map(async () => await recordEvent(scope.client, factsAbout('both', 'x'))));
  expect(recorded).toEqual([true, true]);
  expect((await eventsAbout('both')).map(({ count }) => count)).toEqual([2]);
});

test('a message that is too long is cut, and the longest name still makes a valid one', async () => {
  const name = `${'n'.repeat(200)}.${'m'.repeat(52)}`;
  expect(await recordEvent(scope.client, factsAbout(name, 'x'.repeat(5000)))).toBe(true);
  expect((await eventsAbout(name)).map(({ message }) => message.length)).toEqual([1024]);
});

test('an event about a cluster-scoped object lives in the namespace default', async () => {
  const { regarding, ...facts } = factsAbout(scope.namespace, 'x');
  const { namespace: _, ...clusterScoped } = regarding;
  expect(await recordEvent(scope.client, { ...facts, regarding: clusterScoped })).toBe(true);
  const fieldSelector = `involvedObject.name=${scope.namespace}`;
  const { items } = await scope.client.list(resources.events, { namespace: 'default', fieldSelector });
  expect(items).toHaveLength(1);
});

test('a failure is answered, never thrown', async () => {
  await using api = await startFakeApi();
  await using client = await connectKube({ kubeconfig: await api.kubeconfig('secret'), userAgent: 'kube-test/1' });
  expect(await recordEvent(client, factsAbout('app', 'x'))).toBe(false);
});

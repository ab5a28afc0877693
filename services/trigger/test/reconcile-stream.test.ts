import type { ImageStream } from '@tagstream/api-types';
import type { IntegratedRegistry } from '@tagstream/image-stream';
import { type PullPermission, permitEveryPull, resources } from '@tagstream/kube';
import { testClock } from '@tagstream/service/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { FORBIDDEN_RETRY_MS } from '../src/parts.ts';
import { createHistoryPublisher } from '../src/stream/publish-history.ts';
import { reconcileStream, WAIT_FOR_SOURCE_MS } from '../src/stream/reconcile-stream.ts';
import { type StreamName, streamId } from '../src/stream/stream-key.ts';
import { createStreamLock } from '../src/stream/stream-lock.ts';
import { viewStream } from '../src/stream/stream-view.ts';
import { readStream } from '../src/stream/write-status.ts';
import { MemoryBus } from './support/memory-bus.ts';
import { MemoryKube } from './support/memory-kube.ts';
import { emptyPublished } from './support/published.ts';
import { at, digest, follows, item, stream, webObject } from './support/streams.ts';
import { recordedTelemetry } from './support/told.ts';

const clock = testClock(at(200));
const otherObject = { resource: resources.imageStreams, namespace: 'shop', name: 'other' };
const reference = { ...follows('pinned', 'registry.example.com/shop/web:1'), reference: true };
const copy = follows('copied', 'other:1', 'ImageStreamTag');

let bus: MemoryBus;
let kube: MemoryKube;
let waits: Map<string, readonly string[]>;

function reconcile(registry: IntegratedRegistry = {}, mayPull: PullPermission = permitEveryPull) {
  const { telemetry } = recordedTelemetry();
  const readNow = (name: StreamName) => readStream(kube, name);
  return reconcileStream({
    kube,
    telemetry,
    clock,
    registry,
    mayPull,
    lock: createStreamLock(),
    historyLimit: { max: 5 },
    view: () => viewStream(kube.read(webObject), registry),
    waitFor: (name, sources) => void waits.set(streamId(name), sources.map(streamId)),
    history: createHistoryPublisher({ bus, telemetry, published: emptyPublished(), readStream: readNow }),
  })('shop/web');
}

const status = () => kube.read<ImageStream>(webObject).status;
const have = (...args: Parameters<typeof stream>) => kube.put(webObject, stream(...args));

beforeEach(() => {
  bus = new MemoryBus();
  kube = new MemoryKube();
  waits = new Map();
});

describe('a spec tag that needs no registry', () => {
  test('is recorded and told: a reference because of its spec, a follower because of its source', async () => {
    have({ spec: [reference, follows('alias', 'pinned', 'ImageStreamTag')] });
    expect(await reconcile()).toBeUndefined();
    expect(status()?.tags).toMatchObject([
      { tag: 'alias', items: [{ dockerImageReference: 'registry.example.com/shop/web:1', image: '' }] },
      { tag: 'pinned', items: [{ dockerImageReference: 'registry.example.com/shop/web:1', image: '' }] },
    ]);
    expect(status()?.tagSummary).toBe('alias,pinned');
    expect(bus.events('pinned')).toMatchObject([{ cause: 'spec', image: '' }]);
    expect(bus.events('alias')).toMatchObject([{ cause: 'tag', image: '' }]);
  });

  test('is left alone once it is recorded', async () => {
    have({ spec: [reference] });
    await reconcile();
    const before = [kube.reads, kube.writes, bus.log.length];
    await reconcile();
    expect([kube.reads, kube.writes, bus.log.length]).toEqual(before);
  });

  test('is recorded by another run when somebody else writes the stream meanwhile', async () => {
    have({ spec: [reference] });
    kube.meanwhile.write = () => have({ spec: [reference] });
    expect(await reconcile()).toEqual({ againAfterMs: expect.any(Number) });
    expect([kube.writes, bus.log]).toEqual([0, []]);
    expect(await reconcile()).toBeUndefined();
    expect(bus.log).toHaveLength(1);
  });
});

describe('a copy of a tag of another stream', () => {
  test('waits for a stream that does not exist, and says so in the status', async () => {
    have({ spec: [copy] });
    expect(await reconcile()).toEqual({ againAfterMs: WAIT_FOR_SOURCE_MS });
    expect(waits.get('shop/web')).toEqual(['shop/other']);
    expect(status()?.tags).toMatchObject([{ tag: 'copied', conditions: [{ status: 'False', reason: 'NotFound' }] }]);
  });

  test('is made when the other stream has the tag, and waits for nothing any more', async () => {
    have({ spec: [copy] });
    await reconcile();
    kube.put(otherObject, stream({ tags: { '1': [item('c', 7)] } }));
    expect(await reconcile()).toBeUndefined();
    expect(status()?.tags).toMatchObject([{ tag: 'copied', items: [item('c', 7)] }]);
    expect(status()?.tags?.[0]?.conditions).toBeUndefined();
    expect(bus.log).toEqual(['copied c tag']);
    await reconcile();
    expect(waits.get('shop/web')).toEqual([]);
  });

  test('is made once: it does not follow', async () => {
    kube.put(otherObject, stream({ tags: { '1': [item('c', 7)] } }));
    have({ spec: [copy] });
    await reconcile();
    kube.put(otherObject, stream({ tags: { '1': [item('d', 8), item('c', 7)] } }));
    await reconcile();
    expect(bus.told('copied')).toBe('c');
  });

  test.each([
    { row: 'is pulled where it was pushed to', sharesImages: false, repository: 'other' },
    { row: 'is pulled under the own name where the registry serves it there', sharesImages: true, repository: 'web' },
  ])('of an image in the own registry $row', async ({ sharesImages, repository }) => {
    const internalHost = 'registry.local:5000';
    const pushed = item('c', 7, { dockerImageReference: `${internalHost}/shop/other@${digest('c')}` });
    kube.put(otherObject, stream({ tags: { '1': [pushed] } }));
    have({ spec: [copy] });
    await reconcile({ internalHost, sharesImages });
    expect(status()?.tags?.[0]?.items).toMatchObject([
      { dockerImageReference: `${internalHost}/shop/${repository}@${digest('c')}` },
    ]);
  });

  test('keeps other tags of the stream waiting for nothing', async () => {
    have({ spec: [copy, reference] });
    await reconcile();
    expect(bus.events('pinned')).toHaveLength(1);
  });
});

describe('the repositories', () => {
  test('are written as the integrated registry has them, and removed when there is none any more', async () => {
    have({});
    await reconcile({ internalHost: 'registry.local:5000', externalHost: 'registry.example.com' });
    expect(status()).toMatchObject({
      dockerImageRepository: 'registry.local:5000/shop/web',
      publicDockerImageRepository: 'registry.example.com/shop/web',
    });
    await reconcile();
    expect(status()).toMatchObject({ dockerImageRepository: '' });
    expect(status()).not.toHaveProperty('publicDockerImageRepository');
    const { reads } = kube;
    await reconcile();
    expect(kube.reads).toBe(reads);
  });
});

describe('a copy from another namespace', () => {
  const inDev = { resource: resources.imageStreams, namespace: 'dev', name: 'web' };
  const copies = [1, 2].map((n) => ({
    name: `copy-${n}`,
    from: { kind: 'ImageStreamTag', name: 'web:latest', namespace: 'dev' },
  }));
  const conditions = () =>
    (status()?.tags ?? []).map(
      ({ tag, conditions }) => `${tag} ${conditions?.[0]?.reason} ${conditions?.[0]?.message}`,
    );

  test('#55 #56 is refused with the reason on every tag of the stream, asked about once, and asked about again later', async () => {
    kube.put(inDev, stream({ tags: { latest: [item('a', 1)] } }));
    have({ spec: copies });
    const asked: string[] = [];
    const refuse: PullPermission = async (namespace, { namespace: from, name }) => {
      asked.push(`${namespace} ${from}/${name}`);
      return 'not allowed';
    };
    expect(await reconcile({}, refuse)).toEqual({ againAfterMs: FORBIDDEN_RETRY_MS });
    expect(asked).toEqual(['shop dev/web']);
    expect(conditions()).toEqual(['copy-1 Forbidden not allowed', 'copy-2 Forbidden not allowed']);
    expect(bus.log).toEqual([]);

    expect(await reconcile()).toBeUndefined();
    expect(status()?.tags).toMatchObject([
      { tag: 'copy-1', items: [{ image: item('a', 1).image }] },
      { tag: 'copy-2' },
    ]);
    expect(status()?.tags?.every((tag) => tag.conditions === undefined)).toBe(true);
  });

  test('#53 is not asked about again once it was made', async () => {
    kube.put(inDev, stream({ tags: { latest: [item('a', 1)] } }));
    have({ spec: copies });
    await reconcile();
    const never: PullPermission = async () => {
      throw new Error('asked');
    };
    expect(await reconcile({}, never)).toBeUndefined();
  });
});

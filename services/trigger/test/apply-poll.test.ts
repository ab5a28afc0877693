import type { ImageStream } from '@tagstream/api-types';
import type { Delivery, Outcome } from '@tagstream/bus';
import { type CloudEvent, RegistryPoll, toCloudEvent } from '@tagstream/events';
import { basedOnItem } from '@tagstream/image-stream';
import { KubeError } from '@tagstream/kube';
import { testClock } from '@tagstream/service/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { applyPollHandler, type Observation } from '../src/stream/apply-poll.ts';
import { createHistoryPublisher } from '../src/stream/publish-history.ts';
import { createStreamLock } from '../src/stream/stream-lock.ts';
import { readStream } from '../src/stream/write-status.ts';
import { MemoryBus } from './support/memory-bus.ts';
import { MemoryKube } from './support/memory-kube.ts';
import { emptyPublished } from './support/published.ts';
import { at, digest, follows, item, observation, stream, webObject } from './support/streams.ts';
import { recordedTelemetry } from './support/told.ts';

const spec = [follows('latest', 'registry.example.com/shop/web:latest'), follows('prod', 'latest', 'ImageStreamTag')];
const clock = testClock(at(200));

let bus: MemoryBus;
let kube: MemoryKube;
let asked: Observation[];
let told: string[];

/** A process that knows of nothing that was published before. */
function startHandler() {
  const recorded = recordedTelemetry();
  told = recorded.told;
  const { telemetry } = recorded;
  const handle = applyPollHandler({
    kube,
    telemetry,
    clock,
    lock: createStreamLock(),
    historyLimit: { max: 5 },
    history: createHistoryPublisher({
      bus,
      telemetry,
      published: emptyPublished(),
      readStream: (name) => readStream(kube, name),
    }),
    askAgain: async (about) => void asked.push(about),
  });
  return (data: Observation): Promise<Outcome> => {
    const event = toCloudEvent(RegistryPoll, data, { source: '/test', time: at(100) }) as CloudEvent<Observation>;
    return handle(event, {} as Delivery); // it looks at nothing of the delivery
  };
}

const current = (): ImageStream => kube.read<ImageStream>(webObject);
const history = (tag: string): string | undefined =>
  current()
    .status?.tags?.find((entry) => entry.tag === tag)
    ?.items?.map(({ image }) => image.slice(-1))
    .join('');

beforeEach(() => {
  bus = new MemoryBus();
  kube = new MemoryKube();
  asked = [];
  kube.put(webObject, stream({ spec, tags: { latest: [item('a', 1)], prod: [item('a', 1)] } }));
});

describe('an observation', () => {
  test('becomes the newest item, is told with its cause and hint, and reaches the tags that follow', async () => {
    expect(await startHandler()(observation(current(), 'latest', 'b'))).toEqual({ kind: 'done' });
    expect([history('latest'), history('prod')]).toEqual(['ba', 'ba']);
    expect(current().status).toMatchObject({ tagSummary: 'latest,prod', lastUpdated: clock.iso() });
    expect(bus.log).toEqual(['latest a resync', 'latest b webhook', 'prod a resync', 'prod b tag']);
    expect(bus.events('latest')[1]).toMatchObject({ observedAt: at(100), hint: { deliveryId: 'd1' } });
  });

  test('delivered twice is one history item and one event', async () => {
    const seen = observation(current(), 'latest', 'b');
    const handle = startHandler();
    await handle(seen);
    expect(await handle(seen)).toEqual({ kind: 'done' });
    expect(history('latest')).toBe('ba');
    expect([bus.told('latest'), bus.told('prod')]).toEqual(['ab', 'ab']);
    expect(kube.writes).toBe(1);
  });

  test('whose events a crash left out is told at its redelivery, those of its followers too', async () => {
    const seen = observation(current(), 'latest', 'b');
    const { publish } = bus;
    bus.publish = () => Promise.reject(new Error('the process died'));
    await expect(startHandler()(seen)).rejects.toThrow('died');
    expect([history('latest'), bus.log.length]).toEqual(['ba', 0]);
    bus.publish = publish;
    expect(await startHandler()(seen)).toEqual({ kind: 'done' });
    expect(bus.log).toEqual(['latest a resync', 'latest b webhook', 'prod a resync', 'prod b tag']);
    expect(kube.writes).toBe(1);
  });

  test('that was overtaken is dropped, and asked for again once', async () => {
    const seen = observation(current(), 'latest', 'b');
    kube.put(webObject, stream({ spec, tags: { latest: [item('c', 2), item('a', 1)] } }));
    expect(await startHandler()(seen)).toEqual({ kind: 'done' });
    expect(history('latest')).toBe('ca');
    expect(asked).toEqual([seen]);
    expect(kube.writes).toBe(0);
  });

  test.each([
    { row: 'a former stream', change: { uid: 'uid-2', spec } },
    { row: 'a tag that the spec no longer has', change: { spec: [] } },
    { row: 'a former source of the tag', change: { spec: [follows('latest', 'other.example.com/web')] } },
  ])('of $row is dropped without asking', async ({ change }) => {
    const seen = observation(current(), 'latest', 'b');
    kube.put(webObject, stream(change));
    expect(await startHandler()(seen)).toEqual({ kind: 'done' });
    expect([asked, kube.writes, bus.log]).toEqual([[], 0, []]);
  });

  test('of a stream that is gone is done', async () => {
    const seen = observation(current(), 'latest', 'b');
    kube.remove(webObject);
    expect(await startHandler()(seen)).toEqual({ kind: 'done' });
    expect(told).toEqual(['observed gone']);
  });

  test('that another writer overtakes is merged into what that one wrote', async () => {
    const before = current();
    kube.meanwhile.write = () => {
      const labelled = { ...before, metadata: { ...before.metadata, labels: { team: 'shop' } } };
      kube.put(webObject, labelled);
    };
    expect(await startHandler()(observation(before, 'latest', 'b'))).toEqual({ kind: 'done' });
    expect(history('latest')).toBe('ba');
    expect(current().metadata.labels).toEqual({ team: 'shop' });
    expect(told).toContain('conflicted stream');
  });

  test('comes later when others never stop writing', async () => {
    const before = current();
    const overtake = () => {
      kube.put(webObject, before);
      kube.meanwhile.write = overtake;
    };
    kube.meanwhile.write = overtake;
    expect(await startHandler()(observation(before, 'latest', 'b'))).toMatchObject({ kind: 'retry' });
  });

  test('of a failure sets the condition, keeps the items and tells nobody', async () => {
    const outcome = { kind: 'error' as const, reason: 'NotFound', message: 'manifest unknown' };
    await startHandler()(observation(current(), 'latest', 'b', { outcome }));
    expect(history('latest')).toBe('a');
    expect(current().status?.tags?.find(({ tag }) => tag === 'latest')?.conditions).toMatchObject([
      { type: 'ImportSuccess', status: 'False', reason: 'NotFound' },
    ]);
    expect(bus.log).toEqual([]);
  });

  test('that the API server can never take goes to the dead letters', async () => {
    kube.meanwhile.write = () => {
      throw new KubeError('invalid', 'the object is too large');
    };
    expect(await startHandler()(observation(current(), 'latest', 'b'))).toEqual({
      kind: 'reject',
      reason: 'the API server does not take the status: the object is too large',
    });
  });

  test('waits for an API server that does not answer', async () => {
    kube.meanwhile.get = () => {
      throw new KubeError('unavailable', 'connection refused');
    };
    await expect(startHandler()(observation(current(), 'latest', 'b'))).rejects.toThrow('connection refused');
  });

  test('keeps the history within its limit', async () => {
    const handle = startHandler();
    for (const image of '23456789') await handle(observation(current(), 'latest', image));
    expect(history('latest')).toBe('98765');
    expect(bus.told('latest')).toBe('a23456789');
  });
});

describe('an image that was pushed into the repository of its stream', () => {
  const own = 'registry.local:5000/shop/web';
  const pushedTo = (tag: string, hexDigit: string): Observation => {
    const image = digest(hexDigit);
    const manifest = { digest: image, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
    const seen = observation(current(), 'latest', hexDigit);
    const before = current().status?.tags?.find((entry) => entry.tag === tag);
    return {
      ...seen,
      tag,
      from: `${own}:${tag}`,
      specHash: 'pushed',
      specGeneration: 0,
      basedOn: basedOnItem(before?.items?.[0]),
      pushed: { replaces: before?.pushedImage ?? null },
      outcome: { kind: 'image', image, reference: `${own}@${image}`, manifest },
    };
  };

  test('becomes the item of a tag that the spec does not name, and is told', async () => {
    expect(await startHandler()(pushedTo('v1', 'b'))).toEqual({ kind: 'done' });
    expect(history('v1')).toBe('b');
    expect(bus.log).toEqual(['v1 b webhook']);
    expect(current().spec).toEqual({ tags: spec });
  });

  test('#23 reaches the tags that follow, each of which is told', async () => {
    await startHandler()(pushedTo('latest', 'b'));
    expect([history('latest'), history('prod')]).toEqual(['ba', 'ba']);
    expect(bus.log).toEqual(['latest a resync', 'latest b webhook', 'prod a resync', 'prod b tag']);
  });

  test('#150 is merged into what another writer made of the stream, when that left the tag alone', async () => {
    const seen = pushedTo('latest', 'b');
    const before = current();
    kube.meanwhile.write = () => {
      kube.put(webObject, { ...before, metadata: { ...before.metadata, labels: { team: 'shop' } } });
    };
    expect(await startHandler()(seen)).toEqual({ kind: 'done' });
    expect(history('latest')).toBe('ba');
    expect(current().metadata.labels).toEqual({ team: 'shop' });
    expect(asked).toEqual([]);
  });

  test('#151 is dropped, and looked for again, when another writer moved the tag', async () => {
    const seen = pushedTo('latest', 'b');
    kube.put(webObject, stream({ spec, tags: { latest: [item('c', 2), item('a', 1)] } }));
    expect(await startHandler()(seen)).toEqual({ kind: 'done' });
    expect(history('latest')).toBe('ca');
    expect(asked).toEqual([seen]);
  });

  test('that is delivered again tells only what is missing', async () => {
    const seen = pushedTo('v1', 'b');
    await startHandler()(seen);
    bus = new MemoryBus();
    await startHandler()(seen);
    expect(kube.writes).toBe(1);
    expect(bus.log).toEqual(['v1 b webhook']);
  });
});

test('two observations of one stream are merged one after the other by one process', async () => {
  const handle = startHandler();
  const seen = observation(current(), 'latest', 'b');
  await Promise.all([handle(seen), handle(seen), handle(seen)]);
  expect(kube.writes).toBe(1);
  expect(told.filter((fact) => fact.startsWith('conflicted'))).toEqual([]);
});

import type { ImageStream } from '@tagstream/api-types';
import { testClock } from '@tagstream/service/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { HEAL_AFTER_MS, healHistory } from '../src/stream/heal-history.ts';
import { createHistoryPublisher, type HistoryPublisher } from '../src/stream/publish-history.ts';
import { createStreamLock } from '../src/stream/stream-lock.ts';
import { viewStream } from '../src/stream/stream-view.ts';
import { readStream } from '../src/stream/write-status.ts';
import { MemoryBus } from './support/memory-bus.ts';
import { MemoryKube } from './support/memory-kube.ts';
import { emptyPublished } from './support/published.ts';
import { at, item, stream, webObject } from './support/streams.ts';
import { recordedTelemetry } from './support/told.ts';

const ID = 'shop/web';
const webhook = { cause: 'webhook' as const, observedAt: at(50) };
const later = { againAfterMs: HEAL_AFTER_MS };

let bus: MemoryBus;
let kube: MemoryKube;
let clock: ReturnType<typeof testClock>;
/** The stream as the watch last showed it; undefined: as it is. */
let seen: ImageStream | undefined;
let history: HistoryPublisher;
let heal: ReturnType<typeof healHistory>;

/** A process that knows of nothing that was published before. */
function start(): void {
  const published = emptyPublished();
  const { telemetry } = recordedTelemetry();
  history = createHistoryPublisher({ bus, telemetry, published, readStream: (name) => readStream(kube, name) });
  const view = () => {
    try {
      return viewStream(seen ?? kube.read(webObject), {});
    } catch {
      return undefined; // gone
    }
  };
  heal = healHistory({ bus, kube, view, history, published, lock: createStreamLock(), clock, telemetry });
}

/** What the API server has from now on; returned as it was written. */
function have(tags: Record<string, ReturnType<typeof item>[]>, uid = 'uid-1'): ImageStream {
  kube.put(webObject, stream({ uid, tags }));
  return kube.read(webObject);
}

beforeEach(() => {
  bus = new MemoryBus();
  kube = new MemoryKube();
  clock = testClock(at(100));
  seen = undefined;
  start();
});

describe('a missing event', () => {
  test('is published once it has been missing for some seconds', async () => {
    have({ latest: [item('b', 2), item('a', 1)] });
    expect(await heal(ID)).toEqual(later);
    expect(bus.log).toEqual([]);
    await clock.advance(HEAL_AFTER_MS);
    expect(await heal(ID)).toBeUndefined();
    expect(bus.log).toEqual(['latest a resync', 'latest b resync']);
  });

  test('is left to the writer, who knows the cause, while it is fresh', async () => {
    const web = have({ latest: [item('a', 1)] });
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS - 1);
    await heal(ID);
    await history.publish(web, ['latest'], webhook);
    await clock.advance(1);
    expect(await heal(ID)).toBeUndefined();
    expect(bus.log).toEqual(['latest a webhook']);
  });

  test('of each item has its own time: a newer item waits anew', async () => {
    have({ latest: [item('a', 1)] });
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS - 1);
    have({ latest: [item('b', 2), item('a', 1)] });
    expect(await heal(ID)).toEqual(later);
    await clock.advance(1);
    expect(await heal(ID)).toEqual({ againAfterMs: HEAL_AFTER_MS - 1 });
    expect(bus.log).toEqual([]);
  });

  test('is looked up and not repeated when another replica has published it', async () => {
    const web = have({ latest: [item('a', 1)] });
    await history.publish(web, ['latest'], webhook);
    start();
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS);
    await heal(ID);
    expect(await heal(ID)).toBeUndefined();
    expect(bus.told('latest')).toBe('a');
  });

  test('of an item that was changed in place is noticed too', async () => {
    const web = have({ latest: [item('a', 1)] });
    await history.publish(web, ['latest'], webhook);
    have({ latest: [item('a', 1, { dockerImageReference: 'mirror.example.com/web', generation: 2 })] });
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS);
    await heal(ID);
    expect(bus.events('latest')).toHaveLength(2);
  });

  test('of a stream that was made anew with copied items is noticed too', async () => {
    await history.publish(have({ prod: [item('a', 1)] }), ['prod'], webhook);
    have({ prod: [item('a', 1)] }, 'uid-2');
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS);
    await heal(ID);
    expect(bus.events('prod').map(({ streamUid }) => streamUid)).toEqual(['uid-1', 'uid-2']);
  });

  test('is tried again when publishing fails', async () => {
    have({ latest: [item('a', 1)] });
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS);
    const { publish } = bus;
    bus.publish = () => Promise.reject(new Error('no connection'));
    await expect(heal(ID)).rejects.toThrow('no connection');
    bus.publish = publish;
    expect(await heal(ID)).toBeUndefined();
    expect(bus.told('latest')).toBe('a');
  });
});

describe('a tag that is gone', () => {
  beforeEach(async () => {
    await history.publish(have({ latest: [item('a', 1)], old: [item('b', 2)] }), ['latest', 'old'], webhook);
  });

  test('is removed from the newest events, and its history stays', async () => {
    have({ latest: [item('a', 1)] });
    expect(await heal(ID)).toEqual(later);
    await clock.advance(HEAL_AFTER_MS);
    await heal(ID);
    expect([...bus.latest.keys()]).toEqual(['tag-updated.shop.web.latest']);
    expect(bus.told('old')).toBe('b');
    expect(await heal(ID)).toBeUndefined();
  });

  test('together with its stream, like all others of it', async () => {
    kube.remove(webObject);
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS);
    await heal(ID);
    expect(bus.latest.size).toBe(0);
    expect(await heal(ID)).toBeUndefined();
  });

  test('for a moment only stays among the newest events', async () => {
    have({ latest: [item('a', 1)] });
    await heal(ID);
    have({ latest: [item('a', 1)], old: [item('b', 2)] });
    await clock.advance(HEAL_AFTER_MS);
    expect(await heal(ID)).toBeUndefined();
    expect(bus.latest.size).toBe(2);
  });

  test('by a view that is out of date only is not removed', async () => {
    seen = stream({ tags: { latest: [item('a', 1)] } });
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS);
    await heal(ID);
    expect(bus.latest.size).toBe(2);
  });

  test('and comes back is told again', async () => {
    have({ latest: [item('a', 1)] });
    await heal(ID);
    await clock.advance(HEAL_AFTER_MS);
    await heal(ID);
    bus.closeDuplicateWindow();
    await history.publish(have({ latest: [item('a', 1)], old: [item('b', 2)] }), ['old'], webhook);
    expect(bus.told('old')).toBe('bb');
    expect(bus.latest.size).toBe(2);
  });
});

test('a stream whose events are as its status says costs nothing', async () => {
  await history.publish(have({ latest: [item('a', 1)] }), ['latest'], webhook);
  const { reads } = kube;
  bus.last = () => Promise.reject(new Error('was looked up'));
  expect(await heal(ID)).toBeUndefined();
  expect(kube.reads).toBe(reads);
});

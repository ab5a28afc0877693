import type { ImageStream } from '@tagstream/api-types';
import { BusError } from '@tagstream/bus';
import { beforeEach, describe, expect, test } from 'vitest';
import { createHistoryPublisher, type HistoryPublisher } from '../src/stream/publish-history.ts';
import { MemoryBus } from './support/memory-bus.ts';
import { emptyPublished } from './support/published.ts';
import { at, digest, item, stream } from './support/streams.ts';
import { recordedTelemetry } from './support/told.ts';

const webhook = { cause: 'webhook' as const, observedAt: at(50), hint: { deliveryId: 'd1', receivedAt: at(49) } };

let bus: MemoryBus;
/** The stream as the API server has it. */
let now: ImageStream | undefined;
let reads: number;
let told: string[];

/** A process that knows of nothing that was published before. */
function startPublisher(): HistoryPublisher {
  const { telemetry, told: facts } = recordedTelemetry();
  told = facts;
  const readStream = async () => {
    reads += 1;
    return now && structuredClone(now);
  };
  return createHistoryPublisher({ bus, readStream, published: emptyPublished(), telemetry });
}

/** What the API server has from now on. */
const have = (...args: Parameters<typeof stream>): ImageStream => {
  now = stream(...args);
  return now;
};

beforeEach(() => {
  bus = new MemoryBus();
  now = undefined;
  reads = 0;
});

describe('publishing the history of a tag', () => {
  test('tells every item, oldest first, and gives the cause to the newest one only', async () => {
    await startPublisher().publish(
      have({ tags: { latest: [item('c', 3), item('b', 2), item('a', 1)] } }),
      ['latest'],
      webhook,
    );
    expect(bus.log).toEqual(['latest a resync', 'latest b resync', 'latest c webhook']);
    const [first, second, third] = bus.events('latest');
    expect(first).toEqual({
      namespace: 'shop',
      stream: 'web',
      streamUid: 'uid-1',
      tag: 'latest',
      image: digest('a'),
      reference: `registry.example.com/shop/web@${digest('a')}`,
      previous: null,
      generation: 1,
      created: at(1),
      cause: 'resync',
      observedAt: at(50),
    });
    expect(second?.previous?.image).toBe(digest('a'));
    expect(third).toMatchObject({ previous: { image: digest('b') }, hint: { deliveryId: 'd1' } });
  });

  test('tells nothing twice, whoever told it', async () => {
    const web = have({ tags: { latest: [item('b', 2), item('a', 1)] } });
    await startPublisher().publish(web, ['latest'], webhook);
    await startPublisher().publish(web, ['latest'], webhook);
    expect(bus.told('latest')).toBe('ab');
  });

  test('looks nothing up for what it has published itself', async () => {
    const web = have({ tags: { latest: [item('a', 1)] } });
    const publisher = startPublisher();
    await publisher.publish(web, ['latest'], webhook);
    bus.last = () => Promise.reject(new Error('was looked up'));
    await publisher.publish(web, ['latest'], webhook);
  });

  test('A, B, A are three events', async () => {
    for (const items of [[item('a', 1)], [item('b', 2), item('a', 1)], [item('a', 3), item('b', 2), item('a', 1)]]) {
      await startPublisher().publish(have({ tags: { latest: items } }), ['latest'], webhook);
    }
    expect(bus.told('latest')).toBe('aba');
  });

  test('tells an item again that was changed in place', async () => {
    await startPublisher().publish(have({ tags: { latest: [item('a', 1)] } }), ['latest'], webhook);
    const renamed = item('a', 1, { dockerImageReference: `mirror.example.com/web@${digest('a')}`, generation: 2 });
    await startPublisher().publish(have({ tags: { latest: [renamed] } }), ['latest'], webhook);
    expect(bus.events('latest').map(({ reference }) => reference.split('/')[0])).toEqual([
      'registry.example.com',
      'mirror.example.com',
    ]);
  });

  test('knows the last event of a tag when it has aged out of the history', async () => {
    await startPublisher().publish(have({ tags: { latest: [item('a', 1)] } }), ['latest'], webhook);
    bus.ageOut();
    await startPublisher().publish(have({ tags: { latest: [item('b', 2), item('a', 1)] } }), ['latest'], webhook);
    expect(bus.told('latest')).toBe('b');
    expect(bus.events('latest')[0]?.previous?.image).toBe(digest('a'));
  });

  test('tells the whole history of a stream that was made anew, with nothing before it', async () => {
    await startPublisher().publish(have({ tags: { latest: [item('a', 5)] } }), ['latest'], webhook);
    await startPublisher().publish(
      have({ uid: 'uid-2', tags: { latest: [item('b', 2), item('a', 1)] } }),
      ['latest'],
      webhook,
    );
    expect(bus.told('latest')).toBe('aab');
    expect(bus.events('latest')[1]).toMatchObject({ streamUid: 'uid-2', previous: null });
  });

  test('tells nothing of a former stream after its successor was told', async () => {
    const former = stream({ uid: 'uid-1', tags: { latest: [item('a', 1)] } });
    await startPublisher().publish(have({ uid: 'uid-2', tags: { latest: [item('b', 2)] } }), ['latest'], webhook);
    await startPublisher().publish(former, ['latest'], webhook);
    expect(bus.told('latest')).toBe('b');
  });

  test('tells nothing of a stream that is gone when somebody told more of it', async () => {
    const old = stream({ tags: { latest: [item('a', 1)] } });
    await startPublisher().publish(have({ tags: { latest: [item('b', 2), item('a', 1)] } }), ['latest'], webhook);
    now = undefined;
    await startPublisher().publish(old, ['latest'], webhook);
    expect(bus.told('latest')).toBe('ab');
  });

  test('a stale stream adds nothing, and its cause is given to nothing newer', async () => {
    const stale = stream({ tags: { latest: [item('a', 1)] } });
    have({ tags: { latest: [item('c', 3), item('b', 2), item('a', 1)] } });
    await startPublisher().publish(stream({ tags: { latest: [item('b', 2), item('a', 1)] } }), ['latest'], webhook);
    await startPublisher().publish(stale, ['latest'], { ...webhook, cause: 'schedule' });
    expect(bus.log).toEqual(['latest a resync', 'latest b webhook', 'latest c resync']);
  });

  test('a tag that was made anew as a copy of something older is told', async () => {
    await startPublisher().publish(have({ tags: { prod: [item('b', 5)] } }), ['prod'], webhook);
    await startPublisher().publish(have({ tags: { prod: [item('a', 2)] } }), ['prod'], webhook);
    expect(bus.told('prod')).toBe('ba');
    expect(bus.events('prod')[1]?.previous?.image).toBe(digest('b'));
  });

  test('a tag that was removed from the newest events is told from its beginning, even if it says the same', async () => {
    const web = have({ tags: { prod: [item('a', 2)] } });
    await startPublisher().publish(web, ['prod'], webhook);
    bus.latest.clear();
    bus.closeDuplicateWindow();
    await startPublisher().publish(web, ['prod'], webhook);
    expect(bus.told('prod')).toBe('aa');
    expect(bus.events('prod')[1]?.previous).toBeNull();
    expect(bus.latest.size).toBe(1);
  });

  test('newest events that lag behind the history repeat nothing', async () => {
    await startPublisher().publish(have({ tags: { latest: [item('b', 2), item('a', 1)] } }), ['latest'], webhook);
    bus.latest.clear(); // not copied yet
    await startPublisher().publish(
      have({ tags: { latest: [item('c', 3), item('b', 2), item('a', 1)] } }),
      ['latest'],
      webhook,
    );
    expect(bus.told('latest')).toBe('abc');
  });

  test('an item that no event can carry is left out and holds up nothing', async () => {
    const odd = item('a', 1, { image: 'v1-image-id' });
    await startPublisher().publish(have({ tags: { odd: [odd], fine: [item('c', 2), odd] } }), ['odd', 'fine'], webhook);
    expect(bus.told('odd')).toBe('');
    expect(bus.told('fine')).toBe('c');
    expect(told.filter((fact) => fact.startsWith('unpublishable'))).toHaveLength(1);
  });

  test('a tag whose events cannot be read holds up no other tag, and fails the call', async () => {
    const { last } = bus;
    bus.last = async (source, definition, data) => {
      if ((data as { tag: string }).tag === 'broken') throw new BusError('unknown', 'not such an event');
      return last(source, definition, data);
    };
    const tags = { broken: [item('a', 1)], fine: [item('a', 1)] };
    await expect(startPublisher().publish(have({ tags }), ['broken', 'fine'], webhook)).rejects.toThrow(
      'not such an event',
    );
    expect(bus.told('fine')).toBe('a');
  });

  test('gives up with the conflict when others are faster again and again', async () => {
    bus.publish = async () => {
      throw new BusError('wrong_sequence', 'somebody was faster');
    };
    const web = have({ tags: { latest: [item('a', 1)] } });
    await expect(startPublisher().publish(web, ['latest'], webhook)).rejects.toMatchObject({ code: 'wrong_sequence' });
    expect(reads).toBeLessThan(20);
  });

  test('a tag without items or that does not exist is nothing to tell', async () => {
    await startPublisher().publish(have({ tags: { empty: [] } }), ['empty', 'missing'], webhook);
    expect(bus.log).toEqual([]);
  });
});

import type { Bus } from '@tagstream/bus';
import {
  EventFormatError,
  RolloutProgressed,
  RolloutsStream,
  TagsLatestStream,
  TagsStream,
  TagUpdated,
} from '@tagstream/events';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { readAll, rollout, startBus } from './harness.ts';

let bus: Bus;
beforeAll(async () => {
  bus = await startBus(inject('natsUrl'));
});
afterAll(() => bus[Symbol.asyncDispose]());

describe('publish', () => {
  test('tells the sequence of the stored message', async () => {
    const first = await bus.publish(RolloutProgressed, rollout('sequence', 1));
    const second = await bus.publish(RolloutProgressed, rollout('sequence', 2));

    expect(first.duplicate).toBe(false);
    expect(second.sequence).toBe(first.sequence + 1);
  });

  test('stores the same fact once and says that the second was a duplicate', async () => {
    const first = await bus.publish(RolloutProgressed, rollout('twice', 1));
    const again = await bus.publish(RolloutProgressed, rollout('twice', 1));

    expect(again).toEqual({ sequence: first.sequence, duplicate: true });
  });

  test('refuses with wrong_sequence when another message came last, and does not try again', async () => {
    const { sequence } = await bus.publish(RolloutProgressed, rollout('guarded', 1), { expectLastSequence: 0 });
    await bus.publish(RolloutProgressed, rollout('guarded', 2), { expectLastSequence: sequence });

    const stale = bus.publish(RolloutProgressed, rollout('guarded', 3), { expectLastSequence: sequence });

    await expect(stale).rejects.toMatchObject({ code: 'wrong_sequence', retryable: false });
  });

  test('says no_stream when nothing takes the subject, once its time is over', async () => {
    const elsewhere = { ...RolloutProgressed, subject: () => 'nobody.listens' };

    const published = bus.publish(elsewhere, rollout('lost', 1), { timeoutMs: 300 });

    await expect(published).rejects.toMatchObject({ code: 'no_stream' });
  });

  test('says too_large for a body beyond what the server takes', async () => {
    const huge = { ...rollout('huge', 1), reason: 'x'.repeat(1024 * 1024) };

    await expect(bus.publish(RolloutProgressed, huge)).rejects.toMatchObject({ code: 'too_large', retryable: false });
  });

  test('throws the format error of a wrong payload before anything is sent', async () => {
    await expect(bus.publish(RolloutProgressed, { ...rollout('wrong', 1), version: 0 })).rejects.toThrow(
      EventFormatError,
    );
  });

  test('ends with closed when the signal is aborted', async () => {
    const aborted = bus.publish(RolloutProgressed, rollout('aborted', 1), { signal: AbortSignal.abort() });

    await expect(aborted).rejects.toMatchObject({ code: 'closed' });
  });

  test('sends a CloudEvent with the name of the service as its source', async () => {
    const data = rollout('envelope', 1);
    await bus.publish(RolloutProgressed, data);

    const stored = await bus.last(RolloutsStream, RolloutProgressed, data);

    expect(stored?.event).toMatchObject({
      specversion: '1.0',
      id: RolloutProgressed.id(data),
      source: '/tagstream/tester',
      subject: 'rollout.shop.envelope',
      data,
    });
  });
});

describe('last', () => {
  test('is undefined for a subject without messages', async () => {
    expect(await bus.last(RolloutsStream, RolloutProgressed, rollout('never', 1))).toBeUndefined();
  });

  test('is the newest message with the sequence that the next publish must expect', async () => {
    await bus.publish(RolloutProgressed, rollout('newest', 1));
    const { sequence } = await bus.publish(RolloutProgressed, rollout('newest', 2));

    const stored = await bus.last(RolloutsStream, RolloutProgressed, rollout('newest', 99));

    expect(stored).toMatchObject({ sequence, event: { data: { version: 2 } } });
  });

  test('says no_stream when the stream does not exist', async () => {
    const missing = { ...RolloutsStream, name: 'MISSING' };

    await expect(bus.last(missing, RolloutProgressed, rollout('any', 1))).rejects.toMatchObject({ code: 'no_stream' });
  });
});

describe('the latest stream', () => {
  const tag = (name: string, created: string) => ({ ...TagUpdated.sample, tag: name, created });

  test('keeps the last event of each tag after the history is purged', async () => {
    await bus.publish(TagUpdated, tag('kept', '1'));
    await bus.publish(TagUpdated, tag('kept', '2'));
    const latest = () => bus.last(TagsLatestStream, TagUpdated, tag('kept', ''));
    await expect.poll(async () => (await latest())?.event.data.created).toBe('2');

    await bus.purgeSubject(TagsStream, TagUpdated.wildcard);

    expect(await bus.last(TagsStream, TagUpdated, tag('kept', ''))).toBeUndefined();
    expect((await latest())?.event.data.created).toBe('2');
  });

  test('forgets one tag when its subject is purged', async () => {
    await bus.publish(TagUpdated, tag('goes', '1'));
    await bus.publish(TagUpdated, tag('stays', '1'));
    const find = (name: string) => bus.last(TagsLatestStream, TagUpdated, tag(name, ''));
    await expect.poll(() => find('stays')).toBeDefined();

    expect(await bus.purgeSubject(TagsLatestStream, TagUpdated.subject(tag('goes', '')))).toBe(1);

    expect(await find('goes')).toBeUndefined();
    expect(await find('stays')).toBeDefined();
  });
});

test('many publishers of the same facts leave each fact once', async () => {
  const facts = Array.from({ length: 30 }, (_, i) => rollout('crowd', i + 1));

  await Promise.all([1, 2, 3].flatMap(() => facts.map((fact) => bus.publish(RolloutProgressed, fact))));

  const all = await readAll<{ name: string; version: number }>(bus, RolloutsStream, RolloutProgressed);
  const versions = all.filter(({ name }) => name === 'crowd').map(({ version }) => version);
  expect(versions.toSorted((a, b) => a - b)).toEqual(facts.map(({ version }) => version));
});

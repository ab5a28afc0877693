import type { ImageStream, TagEventCondition } from '@tagstream/api-types';
import { describe, expect, test } from 'vitest';
import { applyRegistryPoll, basedOnItem, newestItem, type RegistryObservation, tagsToImport } from '../src/index.ts';
import { findStatusTag } from '../src/status-tags.ts';
import { alias, digest, docker, failure, frozen, imported, NOW, settled, stream, UID } from './fixtures.ts';

const latest = docker('latest', 'r/web:latest');
const image = (hexDigit: string) =>
  ({ kind: 'image', image: digest(hexDigit), reference: `r/web@${digest(hexDigit)}` }) as const;
const error = (message: string) => ({ kind: 'error', reason: 'NotFound', message }) as const;

/** An observation of `latest` made from the stream as it is. */
function observe(of: ImageStream, outcome: RegistryObservation['outcome'], more: Partial<RegistryObservation> = {}) {
  const statusTag = findStatusTag(of, 'latest');
  return {
    streamUid: UID,
    tag: 'latest',
    specHash: settled(latest, 1, []).observedSpec?.hash ?? '',
    specGeneration: statusTag?.observedSpec?.generation ?? of.metadata.generation ?? 1,
    basedOn: basedOnItem(newestItem(statusTag)),
    outcome,
    ...more,
  };
}

/** Applies and returns the stream as it is afterwards, with the result. */
function apply(of: ImageStream, observation: RegistryObservation, now = NOW) {
  const result = applyRegistryPoll(frozen(of), frozen(observation), { now });
  const after: ImageStream = result.kind === 'applied' ? { ...of, status: result.status } : of;
  return { result, after, latest: findStatusTag(after, 'latest') };
}

const fresh = stream({ generation: 2, spec: [latest] });
const atA = stream({
  generation: 2,
  spec: [latest],
  status: [settled(latest, 2, [imported('r/web', 'a', { generation: 2 })])],
});

describe('an image that a registry answered with', () => {
  test('becomes the first item, at the generation of the spec, and ends the import', () => {
    const { result, after, latest: tag } = apply(fresh, observe(fresh, image('a')));
    expect(result).toMatchObject({ kind: 'applied', changedTags: ['latest'] });
    expect(tag).toEqual({
      tag: 'latest',
      items: [{ created: NOW, dockerImageReference: `r/web@${digest('a')}`, image: digest('a'), generation: 2 }],
      observedSpec: { hash: settled(latest, 1, []).observedSpec?.hash, generation: 2 },
    });
    expect(tagsToImport(after)).toEqual([]);
  });

  test('#118 another digest becomes a new newest item', () => {
    const { latest: tag } = apply(atA, observe(atA, image('b')));
    expect(tag?.items).toEqual([
      imported('r/web', 'b', { created: NOW, generation: 2 }),
      imported('r/web', 'a', { generation: 2 }),
    ]);
  });

  test('#121 the same image for a newer spec moves the generation in place and keeps created', () => {
    const old = docker('latest', 'r/web:other');
    const before = stream({
      generation: 5,
      spec: [latest],
      status: [settled(old, 2, [imported('r/web', 'a', { generation: 2 })])],
    });
    const { result, latest: tag, after } = apply(before, observe(before, image('a'), { specGeneration: 5 }));
    expect(result).toMatchObject({ kind: 'applied', changedTags: [] });
    expect(tag?.items).toEqual([imported('r/web', 'a', { generation: 5 })]);
    expect(tagsToImport(after)).toEqual([]);
  });

  test('#125 leaves no conditions, even when the image is the same', () => {
    const failed = stream({
      generation: 2,
      spec: [latest],
      status: [{ ...settled(latest, 2, [imported('r/web', 'a', { generation: 2 })]), conditions: [failure(2)] }],
    });
    const { result, latest: tag } = apply(failed, observe(failed, image('a')));
    expect(result).toMatchObject({ kind: 'applied', changedTags: [] });
    expect(tag).toEqual(findStatusTag(atA, 'latest'));
  });

  test('that the status shows already changes nothing', () => {
    expect(apply(atA, observe(atA, image('a'))).result).toEqual({ kind: 'unchanged' });
  });

  test('the same observation again changes nothing', () => {
    const observation = observe(atA, image('b'));
    const { after } = apply(atA, observation);
    expect(apply(after, observation, '2026-11-21T11:00:00.000Z').result).toEqual({ kind: 'unchanged' });
  });

  test('reaches the tags that follow', () => {
    const before = stream({ generation: 2, spec: [latest, alias('stable', 'latest'), alias('prod', 'stable')] });
    const { result, after } = apply(before, observe(before, image('a')));
    expect(result).toMatchObject({ kind: 'applied', changedTags: ['latest', 'stable', 'prod'] });
    expect(newestItem(findStatusTag(after, 'prod'))).toEqual(newestItem(findStatusTag(after, 'latest')));
  });

  test('never takes a later generation back that a push recorded', () => {
    const pushed = stream({
      generation: 6,
      spec: [latest],
      status: [settled(latest, 2, [imported('r/web', 'a', { generation: 6 })])],
    });
    const { latest: tag } = apply(pushed, observe(pushed, image('b')));
    expect(tag?.items?.[0]?.generation).toBe(6);
    expect(tag?.observedSpec?.generation).toBe(2);
  });

  test('shortens the history to its limit, in followers too', () => {
    const spec = [latest, alias('stable', 'latest')];
    const two = [
      imported('r/web', 'b', { created: '2026-11-20T10:00:00.000Z', generation: 2 }),
      imported('r/web', 'a'),
    ];
    const before = stream({
      generation: 2,
      spec,
      status: [settled(latest, 2, two), settled(alias('stable', 'latest'), 2, two)],
    });
    const result = applyRegistryPoll(before, observe(before, image('c')), { now: NOW, historyLimit: { max: 2 } });
    const images = (result.kind === 'applied' ? (result.status.tags ?? []) : []).map(({ items }) =>
      items?.map((i) => i.image),
    );
    expect(images).toEqual([
      [digest('c'), digest('b')],
      [digest('c'), digest('b')],
    ]);
  });

  test('keeps what others wrote into the status', () => {
    const before: ImageStream = { ...atA, status: { ...atA.status, dockerImageRepository: 'kept' } };
    const { after } = apply(before, observe(before, image('b')));
    expect(after.status?.dockerImageRepository).toBe('kept');
  });
});

describe('an error that a registry answered with', () => {
  const condition = (more: Partial<TagEventCondition>) => ({
    ...failure(2, 'manifest unknown'),
    lastTransitionTime: NOW,
    ...more,
  });

  test('sets one failed condition, keeps the items and ends the import', () => {
    const changed = stream({
      generation: 3,
      spec: [latest],
      status: [settled(docker('latest', 'old'), 1, [imported('r/web', 'a')])],
    });
    const {
      result,
      latest: tag,
      after,
    } = apply(changed, observe(changed, error('manifest unknown'), { specGeneration: 3 }));
    expect(result).toMatchObject({ kind: 'applied', changedTags: [] });
    expect(tag?.items).toEqual([imported('r/web', 'a')]);
    expect(tag?.conditions).toEqual([condition({ generation: 3 })]);
    expect(tagsToImport(after)).toEqual([]);
  });

  test('#124 gets a generic message when it has none, and no item', () => {
    const { latest: tag } = apply(fresh, observe(fresh, error('')));
    expect(tag?.items).toEqual([]);
    expect(tag?.conditions).toEqual([condition({ message: 'the import failed and no reason is known' })]);
  });

  test('that the condition states already changes nothing', () => {
    const { after } = apply(fresh, observe(fresh, error('manifest unknown')));
    expect(apply(after, observe(after, error('manifest unknown'))).result).toEqual({ kind: 'unchanged' });
  });

  test('that repeats for a newer spec moves the generation only, so that the import does not stay pending', () => {
    const failed = stream({
      generation: 4,
      spec: [latest],
      status: [{ ...settled(docker('latest', 'old'), 2, []), conditions: [failure(2)] }],
    });
    expect(tagsToImport(failed)).toHaveLength(1);
    const { latest: tag, after } = apply(failed, observe(failed, error('manifest unknown'), { specGeneration: 4 }));
    expect(tag?.conditions).toEqual([failure(4)]);
    expect(tagsToImport(after)).toEqual([]);
  });

  test('from a poller that had not seen the first answer keeps the generation of that answer', () => {
    const { after } = apply(fresh, observe(fresh, error('manifest unknown')));
    const edited = { ...after, metadata: { ...after.metadata, generation: 3 } };
    const { result, latest: tag } = apply(edited, observe(edited, image('a'), { specGeneration: 3 }));
    expect(result.kind).toBe('applied');
    expect(tag?.observedSpec?.generation).toBe(2);
    expect(tag?.items?.[0]?.generation).toBe(2);
  });

  test('with another message replaces the condition and its time', () => {
    const { after } = apply(fresh, observe(fresh, error('manifest unknown')), '2026-11-21T09:00:00.000Z');
    const { latest: tag } = apply(after, observe(after, error('timeout')));
    expect(tag?.conditions).toEqual([condition({ message: 'timeout' })]);
  });
});

describe('an observation that no longer counts', () => {
  const stale = (of: ImageStream, more: Partial<RegistryObservation>) =>
    apply(of, observe(of, image('b'), more)).result;

  test('was made for a stream that was deleted and created anew', () => {
    expect(stale(atA, { streamUid: 'another' })).toEqual({ kind: 'stale', why: 'other-stream' });
  });

  test('is about a spec tag that is gone', () => {
    expect(stale(stream({ spec: [] }), {})).toEqual({ kind: 'stale', why: 'tag-removed' });
  });

  test('was made for another version of the spec tag', () => {
    expect(stale(atA, { specHash: 'older' })).toEqual({ kind: 'stale', why: 'spec-changed' });
  });

  test('is about a tag that is no import any more, though its hash is the same', () => {
    const before = stream({ spec: [alias('latest', 'r/web:latest')] });
    expect(stale(before, {})).toEqual({ kind: 'stale', why: 'spec-changed' });
  });

  test.each([
    { row: 'another image', basedOn: { image: digest('c') } },
    { row: 'another reference', basedOn: { reference: 'r/other' } },
    { row: 'another generation', basedOn: { generation: 1 } },
    { row: 'the same image, recorded at another time', basedOn: { created: '2026-11-19T09:00:00.000Z' } },
  ])('was compared with $row', ({ basedOn }) => {
    const current = observe(atA, image('b')).basedOn;
    expect(stale(atA, { basedOn: current && { ...current, ...basedOn } })).toEqual({
      kind: 'stale',
      why: 'newer-item',
    });
  });

  test('was compared with an empty history that is not empty any more, or the other way round', () => {
    expect(stale(atA, { basedOn: null })).toEqual({ kind: 'stale', why: 'newer-item' });
    expect(stale(fresh, { basedOn: observe(atA, image('b')).basedOn })).toEqual({ kind: 'stale', why: 'newer-item' });
  });

  test('is an error, too, when the tag has moved on since', () => {
    const result = apply(atA, observe(atA, error('timeout'), { basedOn: null })).result;
    expect(result).toEqual({ kind: 'stale', why: 'newer-item' });
  });
});

import { RolloutsStream, TagsLatestStream } from '@tagstream/events';
import { describe, expect, test } from 'vitest';
import { notInForce, streamConfig } from '../src/stream-config.ts';

const MINUTE_NS = 60_000_000_000;

describe('streamConfig', () => {
  test('a stream takes its subjects below the prefix and is named in upper case', () => {
    expect(streamConfig('tagstream', RolloutsStream, {})).toEqual({
      name: 'TAGSTREAM_ROLLOUTS',
      description: RolloutsStream.description,
      subjects: ['tagstream.rollout.>'],
      retention: 'limits',
      discard: 'old',
      max_age: 30 * 24 * 60 * MINUTE_NS,
      max_msgs_per_subject: -1,
      duplicate_window: 10 * MINUTE_NS,
      allow_direct: true,
    });
  });

  test('a stream that is fed from another has no subjects and no window of its own', () => {
    const config = streamConfig('tagstream', TagsLatestStream, {});

    expect(config).toMatchObject({ sources: [{ name: 'TAGSTREAM_TAGS' }], max_msgs_per_subject: 1, max_age: 0 });
    expect(config).not.toHaveProperty('subjects');
    expect(config).not.toHaveProperty('duplicate_window');
  });

  test('the duplicate window is not longer than messages live', () => {
    const config = streamConfig('tagstream', { ...RolloutsStream, maxAgeMs: 60_000 }, {});

    expect(config.duplicate_window).toBe(MINUTE_NS);
  });

  test('replicas and storage are asked for only when given', () => {
    expect(streamConfig('t', RolloutsStream, { replicas: 3, storage: 'memory' })).toMatchObject({
      num_replicas: 3,
      storage: 'memory',
    });
  });
});

describe('notInForce', () => {
  const asked = streamConfig('tagstream', TagsLatestStream, {});

  test.each([
    ['an echo of everything', {}, []],
    ['an echo with more than was asked', { sources: [{ name: 'TAGSTREAM_TAGS', filter_subject: '' }] }, []],
    ['an echo that leaves out a zero', { max_age: undefined }, []],
    ['a setting that was dropped', { allow_direct: undefined }, ['allow_direct (needs nats-server 2.9.0)']],
    ['a setting that is another', { max_msgs_per_subject: -1 }, ['max_msgs_per_subject (needs nats-server 2.3.0)']],
    ['a source that is another', { sources: [{ name: 'OTHER' }] }, ['sources (needs nats-server 2.2.0)']],
    ['a setting without a known version', { max_age: 5 }, ['max_age']],
  ])('%s', (_, difference, expected) => {
    expect(notInForce(asked, { ...asked, ...difference } as Parameters<typeof notInForce>[1])).toEqual(expected);
  });
});

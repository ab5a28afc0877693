import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allEvents,
  allStreams,
  decodeToken,
  EventFormatError,
  encodeToken,
  parseCloudEvent,
  RegistryPoll,
  TagUpdated,
  toCloudEvent,
} from '../src/index.ts';

const context = { source: '/tagstream/test', time: '2026-11-21T10:00:00.000Z' };

describe.each(allEvents.map((event) => ({ name: event.name, event })))('event $name', ({ event }) => {
  test('has a sample that matches its schema', () => {
    expect(event.problems(event.sample)).toEqual([]);
  });

  test('survives the way over the bus', () => {
    const sent = toCloudEvent(event, event.sample, context);

    expect(parseCloudEvent(event, JSON.stringify(sent))).toEqual(sent);
  });

  test('is captured by exactly one stream', () => {
    const subject = event.subject(event.sample);
    const takers = allStreams.filter(({ subjects }) =>
      subjects.some((wildcard) => subject.startsWith(wildcard.replace(/>$/, ''))),
    );

    expect(takers).toHaveLength(1);
  });

  test('has one subject token for each name it documents', () => {
    const prefix = event.name.split('.').length;

    expect(event.subject(event.sample).split('.')).toHaveLength(prefix + event.tokenNames.length);
  });

  test('has an id that depends on nothing but its facts', () => {
    expect(event.id(structuredClone(event.sample))).toBe(event.id(event.sample));
  });
});

describe('message ids', () => {
  const at = (created: string) => TagUpdated.id({ ...TagUpdated.sample, created });

  test('differ when a tag returns to an image that it pointed to before', () => {
    expect(at('2026-11-21T10:00:00.000Z')).not.toBe(at('2026-11-21T10:00:00.001Z'));
  });

  test('do not depend on who noticed a change or when', () => {
    const again = { ...TagUpdated.sample, cause: 'resync' as const, observedAt: '2026-11-21T11:00:00.000Z' };

    expect(TagUpdated.id(again)).toBe(TagUpdated.id(TagUpdated.sample));
  });

  test('of observations differ with what they were compared with', () => {
    const { basedOn, ...rest } = RegistryPoll.sample;

    expect(RegistryPoll.id({ ...rest, basedOn: null })).not.toBe(RegistryPoll.id({ ...rest, basedOn }));
  });

  test('differ when a failure comes back after a success with the same newest item', () => {
    const failed = { ...RegistryPoll.sample, outcome: { kind: 'error', reason: 'NotFound', message: 'gone' } } as const;
    const again = { ...failed, replaces: 'the failure that was shown before' };

    expect(RegistryPoll.problems(again)).toEqual([]);
    expect(RegistryPoll.id(again)).not.toBe(RegistryPoll.id(failed));
  });
});

describe('subject tokens', () => {
  test.each([
    ['v1.2', 'v1%2E2'],
    ['a b', 'a%20b'],
    ['*', '%2A'],
    ['>', '%3E'],
    ['100%', '100%25'],
    ['', '%'],
    ['plain-name', 'plain-name'],
  ])('write %j as %j', (name, token) => {
    expect(encodeToken(name)).toBe(token);
  });

  test('give back every name, as one token without wildcards', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const token = encodeToken(name);
        expect(token).not.toMatch(/[.*> \t\r\n]/);
        expect(token).not.toBe('');
        expect(decodeToken(token)).toBe(name);
      }),
    );
  });
});

describe('a message body that is not the expected event', () => {
  const valid = toCloudEvent(TagUpdated, TagUpdated.sample, context);

  test.each([
    { case: 'no JSON', body: '{', says: 'not JSON' },
    { case: 'no object', body: '[]', says: 'not a JSON object' },
    { case: 'no CloudEvent', body: '{"data":{}}', says: 'specversion' },
    { case: 'another event', body: JSON.stringify({ ...valid, type: 'other' }), says: 'expected type' },
    {
      case: 'a field of the wrong type',
      body: JSON.stringify({ ...valid, data: { ...valid.data, tag: 7 } }),
      says: '/tag must be string',
    },
    {
      case: 'a digest that is none',
      body: JSON.stringify({ ...valid, data: { ...valid.data, image: 'sha256:12' } }),
      says: '/image',
    },
  ])('is refused with the reason: $case', ({ body, says }) => {
    expect(() => parseCloudEvent(TagUpdated, body)).toThrow(EventFormatError);
    expect(() => parseCloudEvent(TagUpdated, body)).toThrow(says);
  });

  test('may carry fields that are not known yet', () => {
    const later = JSON.stringify({ ...valid, data: { ...valid.data, later: true } });

    expect(parseCloudEvent(TagUpdated, later).data.tag).toBe(TagUpdated.sample.tag);
  });

  test('cannot be published either', () => {
    expect(() => toCloudEvent(TagUpdated, { ...TagUpdated.sample, tag: '' }, context)).toThrow('/tag');
  });
});

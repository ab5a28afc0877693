import { describe, expect, test } from 'vitest';
import { followedTags, parseTriggers, triggerSource } from '../src/index.ts';

const trigger = (name: string, fieldPath: string, more: object = {}) => ({
  from: { kind: 'ImageStreamTag', name },
  fieldPath,
  ...more,
});

describe('reading the annotation', () => {
  const parse = (text: string | undefined) => parseTriggers(text);
  const full = {
    from: { kind: 'ImageStreamTag', name: 'web:latest', namespace: '' },
    fieldPath: 'p',
    paused: false,
  };

  test.each<{ row: string; text: string | undefined; triggers: readonly object[] }>([
    { row: 'an absent annotation has no triggers', text: undefined, triggers: [] },
    { row: 'an empty annotation has no triggers', text: '', triggers: [] },
    { row: 'an empty list has no triggers', text: '[]', triggers: [] },
    { row: 'null has no triggers', text: 'null', triggers: [] },
    {
      row: 'member names match whatever their case',
      text: '[{"FROM":{"Kind":"ImageStreamTag","NAME":"web:latest"},"fieldpath":"p"}]',
      triggers: [full],
    },
    {
      row: 'unknown members are ignored',
      text: '[{"from":{"kind":"ImageStreamTag","name":"web:latest","uid":7},"fieldPath":"p","pause":"false"}]',
      triggers: [full],
    },
    {
      row: 'null members count as absent',
      text: '[{"from":{"kind":"ImageStreamTag","name":"web:latest","namespace":null},"fieldPath":"p","paused":null}]',
      triggers: [full],
    },
  ])('$row', ({ text, triggers }) => {
    expect(parse(text)).toEqual({ kind: 'triggers', triggers });
  });

  test.each([
    { row: 'what is not JSON', text: '[{', reason: 'not JSON' },
    { row: 'an object instead of a list', text: '{}', reason: 'JSON array' },
    { row: 'a trigger that is a text', text: '["web:latest"]', reason: 'trigger 0 must be an object' },
    { row: 'a from that is a text', text: '[{"from":"web:latest"}]', reason: 'from must be an object' },
    { row: 'a name that is a number', text: '[{"from":{"name":1}}]', reason: 'from.name must be a string' },
    { row: 'a paused that is a number', text: '[{"paused":1}]', reason: 'paused must be true or false' },
    { row: 'a paused that is another text', text: '[{"paused":"yes"}]', reason: 'paused must be true or false' },
    { row: 'two triggers without a field path', text: '[{},{}]', reason: 'occurs twice' },
  ])('$row is invalid', ({ text, reason }) => {
    expect(parse(text)).toEqual({ kind: 'invalid', reason: expect.stringContaining(reason) });
  });

  test('the tags that a workload follows leave out what is paused and what names no tag', () => {
    const parsed = parse(
      JSON.stringify([
        trigger('web:latest', 'a'),
        trigger('side:', 'b'),
        trigger('paused:1', 'c', { paused: true }),
        trigger('nocolon', 'd'),
        { from: { kind: 'DockerImage', name: 'x:y' }, fieldPath: 'e' },
        { from: { name: 'base:1', namespace: 'lib', apiVersion: 'v1' }, fieldPath: 'f' },
      ]),
    );
    expect(parsed.kind === 'triggers' && followedTags(parsed.triggers, 'shop')).toEqual([
      { namespace: 'shop', stream: 'web', tag: 'latest' },
      { namespace: 'shop', stream: 'side', tag: 'latest' },
      { namespace: 'lib', stream: 'base', tag: '1' },
    ]);
  });

  test('a source is split at its first colon', () => {
    const of = (name: string) =>
      triggerSource({ from: { kind: '', name, namespace: '' }, fieldPath: '', paused: false }, 'n');
    expect(of('a:b:c')).toEqual({ namespace: 'n', stream: 'a', tag: 'b:c' });
    expect(of(':b')).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import type { ParsedPayload } from '../../src/sender.ts';
import { read, set } from './read-sample.ts';

describe('the id of a delivery', () => {
  const idOf = (payload: ParsedPayload) =>
    payload.kind === 'pushes' ? payload.hints.map((hint) => hint.deliveryId) : [];

  test.each([
    ['github', '7b7ed830-c6b5-11f0-9c0e-25d1d2a4a0b1'],
    ['google', '9173465120873465'],
    ['ecr', '13cde686-328b-6117-af20-0e5566167482'],
    ['acr', 'cb8c3971-9adc-488b-bdd8-43cbb4974ff5'],
    ['azure-event-grid', '831e1650-001e-001b-66ab-eeb76e069631'],
    ['gitea', 'b8a3f0a2-7d38-4f3e-9a0a-3a6a4a2f7c55'],
    ['cloudevents', 'https://registry.example.com 3fd0b2f4-6e9e-4f55-8fd9-7d5c6a8a9b00'],
    ['harbor-cloudevents', '/projects/2/webhook/policies/15 66e1be35-5ab3-4f2a-9e27-8dcbf5b1c0a8'],
  ])('is the sender’s own: %s', (sender, id) => {
    expect(idOf(read(sender, () => undefined))).toEqual([id]);
  });

  test.each([['docker-hub'], ['harbor'], ['alibaba']])(
    'is made of a body that says when the push was: %s',
    (sender) => {
      const ids = idOf(read(sender, () => undefined));
      expect(ids[0]).toMatch(/^[0-9a-f]{64}-0/);
      expect(idOf(read(sender, () => undefined))).toEqual(ids);
      expect(idOf(read(sender, (body) => ({ ...body, more: 1 })))).not.toEqual(ids);
    },
  );

  test.each([['quay'], ['jfrog'], ['native']])(
    'is that of the arrival where the body of two pushes can be the same: %s',
    (sender) => {
      expect(idOf(read(sender, () => undefined))[0]).toBe('arrival-0');
    },
  );

  test('that is absurdly long becomes short and stays different', () => {
    const long = (end: string) => idOf(read('native', set('id', 'x'.repeat(100_000) + end)))[0];
    expect(long('a')).toHaveLength(64);
    expect(long('a')).not.toBe(long('b'));
  });
});

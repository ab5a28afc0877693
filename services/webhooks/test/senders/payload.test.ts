import { describe, expect, test } from 'vitest';
import { PayloadError } from '../../src/payload.ts';
import { senders } from '../../src/senders/index.ts';
import { type Json, read, set, summary } from './read-sample.ts';

describe('a body that is not what its sender sends is refused with a sentence', () => {
  test.each([...senders.keys()])('%s', (sender) => {
    for (const body of ['hello', '[', '7', 'null', '"text"', '']) {
      const outcome = () => read(sender, () => Buffer.from(body));
      try {
        expect(['-malformed', '-action', 'answer']).toContain(summary(outcome())[0]);
      } catch (error) {
        expect(error).toBeInstanceOf(PayloadError);
        expect((error as Error).message).toMatch(/^[A-Z].*\.$/);
      }
    }
  });
});

describe('a payload', () => {
  test('that is nested too deeply is refused before it is parsed', () => {
    const deep = Buffer.from(`{"images":${'['.repeat(100_000)}`);
    expect(() => read('native', () => deep)).toThrow(/nested deeper than 64 levels/);
  });

  test('may hold brackets in texts', () => {
    const text = `${'['.repeat(100)}\\"${'{'.repeat(100)}`;
    expect(summary(read('native', (body) => ({ ...body, commit: text })))).toEqual([
      'registry.example.com/shop/web:latest',
    ]);
  });

  test('may begin with a byte order mark', () => {
    const marked = (body: Json) => Buffer.from(`\uFEFF${JSON.stringify(body)}`);
    expect(summary(read('native', marked))).toEqual(['registry.example.com/shop/web:latest']);
  });

  test('with more than a thousand pushes is refused', () => {
    const images = (count: number) => ({
      images: Array.from({ length: count }, (_, i) => ({ image: `quay.io/a/b:${i}` })),
    });
    expect(summary(read('native', () => images(1000)))).toHaveLength(1000);
    expect(() => read('native', () => images(1001))).toThrow(/more than 1000 pushes/);
  });

  test.each([
    ['seconds', 1795246772, '2026-11-21T07:39:32.000Z'],
    ['the far future', 1e15, undefined],
    ['before there were registries', 0, undefined],
    ['a text', 'soon', undefined],
  ])('has a time in %s', (_what, time, instant) => {
    const payload = read('docker-hub', set('push_data.pushed_at', time));
    expect(payload.kind === 'pushes' && payload.hints[0]?.pushedAt).toBe(instant);
  });

  test('may not bring long texts along', () => {
    const payload = read('docker-hub', set('push_data.pusher', 'x'.repeat(100_000)));
    expect(payload.kind === 'pushes' && payload.hints[0]?.actor).toHaveLength(256);
  });
});

import { describe, expect, test } from 'vitest';
import { shownChecks } from '../src/checks/shown-check.ts';
import { appStream, NOW } from './explain/fixtures.ts';

describe('the checks of a stream', () => {
  test('are those of the tags that registries are asked about', () => {
    const stream = appStream('a', { others: [{ name: 'v1', from: { kind: 'ImageStreamTag', name: 'latest' } }] });
    const record = { c: NOW - 1000, i: 3_600_000, e: [NOW - 1000, 'NotFound', 'not there'] } as const;

    expect(shownChecks(stream, (tag) => (tag === 'latest' ? record : undefined), NOW)).toEqual([
      {
        stream: 'app',
        tag: 'latest',
        from: 'registry.example.com/shop/web:latest',
        intervalMs: 3_600_000,
        lastChecked: '2026-11-21T11:59:59.000Z',
        nextCheck: expect.stringMatching(/^2026-11-21T1[23]:/),
        isOverdue: false,
        lastError: { at: '2026-11-21T11:59:59.000Z', reason: 'NotFound', message: 'not there' },
      },
    ]);
  });

  test('of a tag that was never checked is due when its spec asks for an import, and otherwise unknown', () => {
    const never = (stream: ReturnType<typeof appStream>) => shownChecks(stream, () => undefined, NOW)[0];
    expect(never(appStream(''))).toMatchObject({ lastChecked: null, nextCheck: '2026-11-21T12:00:00.000Z' });
    expect(never(appStream('a'))).toMatchObject({ lastChecked: null, nextCheck: null, intervalMs: null });
  });

  test('that nobody makes are overdue', () => {
    const record = { c: NOW - 7 * 3_600_000, i: 3_600_000 };
    expect(shownChecks(appStream('a'), () => record, NOW)[0]).toMatchObject({ isOverdue: true });
  });
});

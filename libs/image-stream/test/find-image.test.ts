import { describe, expect, test } from 'vitest';
import { findImage } from '../src/index.ts';
import { digest, imported, item, status, stream } from './fixtures.ts';

describe('finding an image by id', () => {
  test('#11 matches the hex part of a digest without its algorithm, in full or from its beginning', () => {
    const web = stream({ status: [status('latest', [imported('r/web', 'a')])] });
    expect(findImage(web, 'a'.repeat(64))).toMatchObject({ kind: 'found', tag: 'latest' });
    expect(findImage(web, 'aaaa')).toMatchObject({ kind: 'found', tag: 'latest' });
    expect(findImage(web, 'sha256:aaaa')).toMatchObject({ kind: 'found' });
  });

  test('#12 is ambiguous when two different images begin like that', () => {
    const web = stream({ status: [status('t', [item('r1', 'mytag'), item('r2', 'mytag2')])] });
    expect(findImage(web, 'mytag')).toEqual({ kind: 'ambiguous', images: ['mytag', 'mytag2'] });
    expect(findImage(web, 'mytag2')).toMatchObject({ kind: 'found' });
  });

  test('#13 looks through the whole history of every tag', () => {
    const wanted = imported('r/web', 'd');
    const web = stream({
      status: [
        status('1', [imported('r/web', 'a'), imported('r/web', 'b')]),
        status('2', [imported('r/web', 'c'), wanted]),
      ],
    });
    expect(findImage(web, digest('d'))).toEqual({ kind: 'found', tag: '2', item: wanted });
  });

  test('#14 does not match an image that is shorter than the id', () => {
    const web = stream({ status: [status('t', [item('r', digest('a').slice(0, -1))])] });
    expect(findImage(web, digest('a'))).toEqual({ kind: 'none' });
  });

  test('#15 finds nothing in a stream without tags', () => {
    expect(findImage(stream({}), 'a')).toEqual({ kind: 'none' });
  });

  test('one image under several tags is not ambiguous; its most recent item counts', () => {
    const older = imported('old/web', 'a', { created: '2026-01-01T00:00:00Z' });
    const newer = imported('new/web', 'a', { created: '2026-02-01T00:00:00Z' });
    const web = stream({ status: [status('1', [older]), status('2', [newer]), status('3', [older])] });
    expect(findImage(web, 'aa')).toEqual({ kind: 'found', tag: '2', item: newer });
  });

  test('an empty id and reference-only items match nothing', () => {
    const web = stream({ status: [status('t', [item('r', '')])] });
    expect(findImage(web, '')).toEqual({ kind: 'none' });
    expect(findImage(web, 'r')).toEqual({ kind: 'none' });
  });
});

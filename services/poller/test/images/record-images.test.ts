import type { Image, KubeObject } from '@tagstream/api-types';
import { parseImageReference } from '@tagstream/image-ref';
import { KubeError, type KubeErrorCode, type WriteOptions } from '@tagstream/kube';
import type { ResolvedImage } from '@tagstream/registry';
import { testClock } from '@tagstream/service/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRecordImages, MAX_ATTEMPTS, MAX_WAIT_MS } from '../../src/images/record-images.ts';
import { digest } from '../tags.ts';

const web = parseImageReference('r.example.com/shop/web:1');

const image = (hexDigit: string): ResolvedImage => ({
  image: digest(hexDigit),
  manifest: { digest: digest(hexDigit), mediaType: 'm' },
  platforms: [],
  children: [],
  images: [
    {
      digest: digest(hexDigit),
      mediaType: 'm',
      config: { platform: { architecture: 'amd64', os: 'linux' }, created: undefined, labels: {} },
      configDigest: undefined,
      layers: [],
      size: 0,
    },
  ],
});

const list: ResolvedImage = {
  ...image('f'),
  images: [...image('a').images, ...image('b').images],
  children: [],
};

/** A recorder against an API server that answers as told: an error code, or never. */
function recorder(answer: (created: string) => KubeErrorCode | 'never' | undefined = () => undefined) {
  const clock = testClock();
  const asked: string[] = [];
  const told: string[] = [];
  const recording = createRecordImages({
    clock,
    kube: {
      async create<T extends KubeObject>(_resource: unknown, object: T, options?: WriteOptions) {
        const name = (object as Image).metadata.name;
        asked.push(name.slice(-1));
        const code = answer(name);
        if (code === 'never') {
          return new Promise<T>((_answer, refuse) => options?.signal?.addEventListener('abort', refuse));
        }
        if (code !== undefined) throw new KubeError(code, 'refused');
        return object;
      },
    },
    telemetry: {
      recorded: (created) => void told.push(`recorded ${created}`),
      failed: () => void told.push('failed'),
      givenUp: () => void told.push('given up'),
    },
  });
  onTestFinished(() => recording[Symbol.asyncDispose]());
  return { clock, asked, told, record: (resolved: ResolvedImage) => recording.record(web, resolved) };
}

describe('recording images', () => {
  test('#122 creates the children of a list before the list, and nothing when it comes again', async () => {
    const { record, asked, told } = recorder();
    await record(list);
    await record(list);
    expect(asked).toEqual(['a', 'b', 'f']);
    expect(told).toEqual(['recorded 3']);
  });

  test('#123 is content with what exists already', async () => {
    const { record, asked, told } = recorder((name) => (name.endsWith('b') ? undefined : 'already_exists'));
    await record(list);
    expect(asked).toEqual(['a', 'b', 'f']);
    expect(told).toEqual(['recorded 1']);
  });

  test('does not hold up a tag when it fails, and is tried again behind its back', async () => {
    let up = false;
    const { record, asked, told, clock } = recorder(() => (up ? undefined : 'unavailable'));
    await record(image('a'));
    expect(told).toEqual(['failed']);
    up = true;
    await clock.advance(2_000);
    expect([asked, told]).toEqual([
      ['a', 'a'],
      ['failed', 'recorded 1'],
    ]);
  });

  test('does not hold up a tag for longer than a moment', async () => {
    const { record, clock } = recorder(() => 'never');
    let done = false;
    const recorded = record(image('a')).then(() => {
      done = true;
    });
    await clock.advance(MAX_WAIT_MS - 1);
    expect(done).toBe(false);
    await clock.advance(1);
    await recorded;
  });

  test.each<KubeErrorCode>(['forbidden', 'not_found', 'invalid'])('is given up when the answer is %s', async (code) => {
    const { record, asked, told, clock } = recorder(() => code);
    await record(image('a'));
    await clock.advance(24 * 3600_000);
    expect([asked.length, told]).toEqual([1, ['given up']]);
  });

  test('is given up after so many failures', async () => {
    const { record, asked, told, clock } = recorder(() => 'unavailable');
    await record(image('a'));
    await clock.advance(24 * 3600_000);
    expect([asked.length, told.at(-1)]).toEqual([MAX_ATTEMPTS, 'given up']);
  });
});

import { TagsStream, TagUpdated } from '@tagstream/events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleReference, imagesOf, type Shop, startShop, versionOf } from './shop.ts';

describe.each([
  { heard: 'by the registry announcing it', options: {} },
  { heard: 'by polling', options: { notifications: false, env: { TAGSTREAM_POLL_INTERVAL: '1s' } } },
])('a push that is heard of $heard', ({ options }) => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await startShop(options);
  });
  afterAll(() => shop?.[Symbol.asyncDispose]());

  test('becomes a new ReplicationController that takes over from the old one', async () => {
    const { digest, done } = await shop.push('v2');
    await done;

    const reference = exampleReference(shop.stack, digest);
    const controllers = await shop.controllers();
    expect(controllers.map(({ metadata }) => metadata.name)).toEqual(['app-1', 'app-2']);
    expect(controllers.map(versionOf)).toEqual([1, 2]);
    expect(imagesOf(controllers)[1]).toBe(reference);
    expect((await shop.deployment()).spec.template.spec.containers[0]?.image).toBe(reference);
    expect((await shop.config()).status?.latestVersion).toBe(2);
  });

  test('is the newest item of a history that keeps the one before', async () => {
    const history = (await shop.stream()).status?.tags?.find(({ tag }) => tag === 'latest');

    expect(history?.items).toHaveLength(2);
    expect(history?.conditions ?? []).toEqual([]);
  });

  test('is published once, after the first, with what the tag pointed to before', async () => {
    const seen: { image: string; previous: string | undefined }[] = [];
    const subscription = shop.bus.subscribe(TagUpdated, {
      stream: TagsStream,
      filter: 'tag-updated.shop.>',
      from: 'all',
      onEvent: ({ data }) => {
        seen.push({ image: data.image, previous: data.previous?.image });
      },
    });
    await expect.poll(() => seen.length).toBe(2);
    await subscription[Symbol.asyncDispose]();

    expect(seen[0]?.previous).toBeUndefined();
    expect(seen[1]?.previous).toBe(seen[0]?.image);
  });
});

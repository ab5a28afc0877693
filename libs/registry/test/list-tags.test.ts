import { buildImage, type FakeRegistry, startFakeRegistry, wellBehaved } from '@tagstream/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { allOf, insecure, makeClient, refTo, registryErrorOf } from './make-client.ts';

const image = buildImage({ seed: 'client' });

let fake: FakeRegistry;
beforeAll(async () => {
  fake = await startFakeRegistry();
  for (const tag of ['a', 'b', 'c', 'd']) fake.store.putManifest('pages', tag, image.mediaType, image.manifest);
});
afterAll(() => fake[Symbol.asyncDispose]());

beforeEach(() => {
  fake.behave(wellBehaved);
  fake.clearRequests();
});

describe('listTags', () => {
  test('asks for one page after the other only as they are read', async () => {
    fake.behave({ maxPageSize: 2 });

    const read: string[] = [];
    for await (const tag of makeClient().listTags(refTo(fake, 'pages'), insecure)) {
      read.push(tag);
      if (tag === 'b') break;
    }

    expect(read).toEqual(['a', 'b']);
    expect(fake.count('tags')).toBe(1);
  });

  test('stays with its registry when the link names another host', async () => {
    fake.behave({ maxPageSize: 2, linkOrigin: 'http://evil.invalid' });

    const tags = await allOf(makeClient().listTags(refTo(fake, 'pages'), insecure));

    expect(tags).toEqual(['a', 'b', 'c', 'd']);
  });

  test('refuses a link that leads to itself', async () => {
    fake.behave({
      fail: { status: 200, headers: { link: '</v2/pages/tags/list?n=1000>; rel="next"' }, body: '{"tags":["a"]}' },
    });

    const error = await registryErrorOf(allOf(makeClient().listTags(refTo(fake, 'pages'), insecure)));

    expect(error.code).toBe('invalid');
  });

  test.each([
    ['null', '{"name":"pages","tags":null}', []],
    ['no tags at all', '{"name":"pages"}', []],
  ])('gives nothing for %s', async (_, body, expected) => {
    fake.behave({ fail: { status: 200, body } });

    expect(await allOf(makeClient().listTags(refTo(fake, 'pages'), insecure))).toEqual(expected);
  });

  test.each(['<html>', '{"tags":"a"}', '{"tags":[1]}'])('refuses %s', async (body) => {
    fake.behave({ fail: { status: 200, body } });

    const error = await registryErrorOf(allOf(makeClient().listTags(refTo(fake, 'pages'), insecure)));

    expect(error.code).toBe('invalid');
  });
});

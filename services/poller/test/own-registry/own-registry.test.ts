import { describe, expect, test } from 'vitest';
import { isStreamTag, ownRegistryOf, placeOf } from '../../src/own-registry/own-registry.ts';

describe('the own registry', () => {
  test('is there when a host is configured, under all its names', () => {
    expect(ownRegistryOf({ ownRegistryInsecure: false })).toBeUndefined();
    const config = { ownRegistry: 'Registry.Local:5000', ownRegistryPublic: 'registry.example.com' };
    expect(ownRegistryOf({ ...config, ownRegistryInsecure: true })).toEqual({
      host: 'Registry.Local:5000',
      names: new Set(['registry.local:5000', 'registry.example.com']),
      insecure: true,
    });
  });

  test.each<[string, string, object | undefined]>([
    ['namespace and stream', 'shop/web', { namespace: 'shop', stream: 'web' }],
    ['a single part', 'web', undefined],
    ['more than two parts', 'shop/web/cache', undefined],
    ['an empty part', 'shop/', undefined],
  ])('finds the stream of a repository of %s', (_what, repository, place) => {
    expect(placeOf(repository)).toEqual(place);
  });

  test.each<[string, string, boolean]>([
    ['a version', 'v1.2.3', true],
    ['latest', 'latest', true],
    ['a commit', '4e1f0c2', true],
    ['a digest of an abbreviated kind', 'sha256-abc', true],
    ['a signature of cosign', `sha256-${'a'.repeat(64)}.sig`, false],
    ['the referrers of an image', `sha256-${'a'.repeat(64)}`, false],
    ['the referrers by another algorithm', `sha512-${'a'.repeat(128)}`, false],
    ['nothing', '', false],
    ['what is no tag', '../x', false],
    ['what is too long', 'a'.repeat(129), false],
  ])('takes %s for a tag of a stream, or does not', (_what, tag, isTag) => {
    expect(isStreamTag(tag)).toBe(isTag);
  });
});

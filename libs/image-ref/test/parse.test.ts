import { describe, expect, test } from 'vitest';
import { ImageRefError, type ImageReference, parseImageReference } from '../src/index.ts';

const HEX64 = '0123456789abcdef'.repeat(4);
const DIGEST = `sha256:${HEX64}`;

function parts(expected: Partial<ImageReference>): ImageReference {
  return { registry: '', namespace: '', name: '', tag: '', digest: '', ...expected };
}

describe('parseImageReference', () => {
  test.each<[string, string, Partial<ImageReference>]>([
    ['#77 a name with a tag', 'foo:tag', { name: 'foo', tag: 'tag' }],
    ['#77 a namespace', 'bar/foo', { namespace: 'bar', name: 'foo' }],
    ['#77 a longer path', 'bar/foo/baz:tag', { namespace: 'bar', name: 'foo/baz', tag: 'tag' }],
    ['a path of four components', 'a/b/c/d:1', { namespace: 'a', name: 'b/c/d', tag: '1' }],
    ['#78 a registry with a port', 'bar:5000/baz', { registry: 'bar:5000', name: 'baz' }],
    ['#78 localhost', 'localhost/bar', { registry: 'localhost', name: 'bar' }],
    ['#78 a registry with a domain', 'myregistry.io/foo', { registry: 'myregistry.io', name: 'foo' }],
    ['#79 a registry alone', 'quay.io', { registry: 'quay.io' }],
    ['#79 a registry alone with a port', 'localhost:5000', { registry: 'localhost:5000' }],
    ['a single segment with a dot and a tag, which is a registry', 'my.app:1', { registry: 'my.app:1' }],
    ['a name whose tag has a dot, which is no registry', 'wildfly:15.0', { name: 'wildfly', tag: '15.0' }],
    ['#80 a digest without a name', DIGEST, { name: 'sha256', tag: HEX64 }],
    ['a name', 'nginx', { name: 'nginx' }],
    ['a digest', `nginx@${DIGEST}`, { name: 'nginx', digest: DIGEST }],
    ['a tag and a digest', `nginx:1.25@${DIGEST}`, { name: 'nginx', tag: '1.25', digest: DIGEST }],
    [
      'everything at once',
      `quay.io:8443/org/team/app:v1@${DIGEST}`,
      { registry: 'quay.io:8443', namespace: 'org', name: 'team/app', tag: 'v1', digest: DIGEST },
    ],
    [
      'Docker Hub spelled out',
      'docker.io/library/nginx',
      { registry: 'docker.io', namespace: 'library', name: 'nginx' },
    ],
    ['an IPv4 address', '127.0.0.1:5000/a/b', { registry: '127.0.0.1:5000', namespace: 'a', name: 'b' }],
    [
      'an IPv6 address with a port',
      '[::1]:5000/a/b:1',
      { registry: '[::1]:5000', namespace: 'a', name: 'b', tag: '1' },
    ],
    ['an upper-case host', 'Registry.Example.COM/app', { registry: 'Registry.Example.COM', name: 'app' }],
    ['an upper-case tag', 'app:RC-1_a.b', { name: 'app', tag: 'RC-1_a.b' }],
    ['separators inside a component', 'a__b/c-d.e_f/g--h', { namespace: 'a__b', name: 'c-d.e_f/g--h' }],
    ['a sha512 digest', `a@sha512:${HEX64}${HEX64}`, { name: 'a', digest: `sha512:${HEX64}${HEX64}` }],
    ['a tag of 128 characters', `a:${'t'.repeat(128)}`, { name: 'a', tag: 't'.repeat(128) }],
    ['a name of 255 characters', `r.io/${'n'.repeat(250)}`, { registry: 'r.io', name: 'n'.repeat(250) }],
  ])('splits %s', (_, text, expected) => {
    expect(parseImageReference(text)).toEqual(parts(expected));
  });

  test.each([
    ['#81 a URL', 'https://github.com/docker/docker', 'scheme'],
    ['#81 a tag without a name', ':tag', 'path'],
    ['#81 a digest without a name', `@${DIGEST}`, 'path'],
    ['#81 nothing', '', 'empty'],
    ['#81 empty components at the start', '//a/b', 'path'],
    ['an empty component in the middle', 'a//b', 'path'],
    ['an empty component at the end', 'a/b/', 'path'],
    ['#81 an upper-case path', 'test:5000/Uppercase/lowercase:tag', 'path'],
    ['#81 an upper-case name', 'Uppercase:tag', 'path'],
    ['#82 a sha256 digest of 32 digits', `repo@sha256:${'f'.repeat(32)}`, 'digest'],
    ['#66 a name with something that is no digest', 'abc@badid', 'digest'],
    ['a digest in upper case', `a@sha256:${HEX64.toUpperCase()}`, 'digest'],
    ['a digest of an unknown algorithm', `a@md5:${'f'.repeat(32)}`, 'digest'],
    ['two digests', `a@${DIGEST}@${DIGEST}`, 'digest'],
    ['an empty tag', 'a:', 'tag'],
    ['a tag that starts with a dash', 'a:-x', 'tag'],
    ['a tag of 129 characters', `a:${'t'.repeat(129)}`, 'tag'],
    ['a name of 256 characters', `r.io/${'n'.repeat(251)}`, 'too_long'],
    ['a text of a megabyte', 'a'.repeat(1_000_000), 'too_long'],
    ['a component that ends with a separator', 'a-/b', 'path'],
    ['three underscores', 'a___b', 'path'],
    ['white space', 'a b', 'path'],
    ['a port that is no number', 'host:port/a', 'registry'],
    ['a host with an empty label', 'a..b/c', 'registry'],
    ['a registry without a path', 'quay.io/', 'path'],
    ['a registry alone with a digest', `quay.io@${DIGEST}`, 'no_name'],
  ])('refuses %s', (_, text, code) => {
    expect(() => parseImageReference(text)).toThrow(expect.objectContaining({ name: 'ImageRefError', code }));
  });

  test('says in a sentence what is wrong and quotes the text', () => {
    expect(() => parseImageReference('a/B:1')).toThrow(
      new ImageRefError(
        'path',
        '"a/B:1" has the path component "B"; components are lower-case letters and digits with single ".", "_", "__" or "-" between.',
      ),
    );
  });

  test('answers at once to a text made to be slow', () => {
    const startedAt = performance.now();
    expect(() => parseImageReference(`${'a-'.repeat(120)}!`)).toThrow(ImageRefError);
    expect(() => parseImageReference(`${'a.'.repeat(120)}/b`)).toThrow(ImageRefError);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalKey,
  connectionTarget,
  ImageRefError,
  isDigest,
  normalForm,
  parseImageReference,
  registryKey,
  repositoryKey,
  sameImageReference,
} from '../src/index.ts';
import { referenceText } from './arbitrary-reference.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('canonicalKey', () => {
  test.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1', 'docker.io/library/nginx:1'],
    ['org/app', 'docker.io/org/app:latest'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['index.docker.io/library/nginx', 'docker.io/library/nginx:latest'],
    ['registry-1.docker.io/nginx:latest', 'docker.io/library/nginx:latest'],
    ['quay.io/foo', 'quay.io/foo:latest'],
    ['QUAY.io:443/a/b/c', 'quay.io:443/a/b/c:latest'],
    [`nginx:1.25@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`],
    ['[::1]:5000/a', '[::1]:5000/a:latest'],
  ])('of %s is %s', (text, key) => {
    expect(canonicalKey(parseImageReference(text))).toBe(key);
  });

  test('is the key of itself', () => {
    fc.assert(
      fc.property(referenceText, (text) => {
        const key = canonicalKey(parseImageReference(text));
        expect(canonicalKey(parseImageReference(key))).toBe(key);
      }),
    );
  });

  test('does not exist for a registry alone', () => {
    expect(() => canonicalKey(parseImageReference('quay.io'))).toThrow(ImageRefError);
  });
});

test.each([
  ['foobar', 'docker.io/library/foobar:latest', true],
  ['docker.io/a/b', 'index.docker.io/a/b:latest', true],
  ['a/b', 'quay.io/a/b', false],
  ['a:1', 'a:2', false],
  ['quay.io/foo', 'quay.io/library/foo', false],
])('%s and %s are the same image: %s', (a, b, expected) => {
  expect(sameImageReference(parseImageReference(a), parseImageReference(b))).toBe(expected);
});

test.each([
  ['nginx', 'registry-1.docker.io', 'library/nginx'],
  ['index.docker.io/org/app:1', 'registry-1.docker.io', 'org/app'],
  [`localhost:5000/a/b/c@${DIGEST}`, 'localhost:5000', 'a/b/c'],
  ['quay.io/foo', 'quay.io', 'foo'],
])('%s is asked for at %s as %s', (text, host, repository) => {
  expect(connectionTarget(parseImageReference(text))).toEqual({ host, repository });
});

test('the repository key holds neither tag nor digest', () => {
  expect(repositoryKey(parseImageReference('nginx:1'))).toBe('docker.io/library/nginx');
  expect(repositoryKey(parseImageReference(`nginx@${DIGEST}`))).toBe('docker.io/library/nginx');
});

test.each([
  ['', 'docker.io'],
  ['Index.Docker.io', 'docker.io'],
  ['Quay.io:443', 'quay.io:443'],
])('the registry "%s" is known as %s', (registry, key) => {
  expect(registryKey(registry)).toBe(key);
});

test('the normal form drops the tag beside a digest', () => {
  expect(normalForm(parseImageReference(`a:1@${DIGEST}`))).toMatchObject({ tag: '', digest: DIGEST });
});

test.each([
  [DIGEST, true],
  [`sha512:${'0'.repeat(128)}`, true],
  [`sha384:${'0'.repeat(96)}`, true],
  [`sha256:${'0'.repeat(63)}`, false],
  [`sha1:${'0'.repeat(40)}`, false],
  [`constructor:${'0'.repeat(64)}`, false],
  ['sha256:', false],
  ['', false],
  [`sha256:${'G'.repeat(64)}`, false],
])('%s is a digest: %s', (text, expected) => {
  expect(isDigest(text)).toBe(expected);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseImageReference,
  printImageReference,
  printRepository,
  withDigest,
  withoutTagAndDigest,
} from '../src/index.ts';
import { referenceText } from './arbitrary-reference.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OTHER = `sha256:${'cd'.repeat(32)}`;

describe('printImageReference', () => {
  test('gives every reference back as it was written', () => {
    fc.assert(fc.property(referenceText, (text) => printImageReference(parseImageReference(text)) === text));
  });

  test.each(['quay.io', 'localhost:5000', 'my.app:1'])('gives the registry %s back as it was written', (text) => {
    expect(printImageReference(parseImageReference(text))).toBe(text);
  });
});

describe('withDigest', () => {
  test.each([
    ['the tag goes, the spelling stays', 'nginx:1.25', `nginx@${DIGEST}`],
    ['nothing is defaulted', 'quay.io/org/app', `quay.io/org/app@${DIGEST}`],
    ['a digest that was asked for is replaced', `a/b:1@${OTHER}`, `a/b@${DIGEST}`],
  ])('%s: %s', (_, text, expected) => {
    expect(printImageReference(withDigest(parseImageReference(text), DIGEST))).toBe(expected);
  });

  test('writes an id that is no digest as a tag', () => {
    expect(printImageReference(withDigest(parseImageReference('a/b:1'), '8f3a'))).toBe('a/b:8f3a');
  });

  test('gives a text that parses to the same repository with that digest', () => {
    fc.assert(
      fc.property(referenceText, (text) => {
        const ref = parseImageReference(text);
        const recorded = parseImageReference(printImageReference(withDigest(ref, DIGEST)));
        expect(recorded).toEqual({ ...withoutTagAndDigest(ref), digest: DIGEST });
      }),
    );
  });
});

test('printRepository leaves tag and digest out', () => {
  expect(printRepository(parseImageReference(`Quay.io/a/b/c:1@${DIGEST}`))).toBe('Quay.io/a/b/c');
});

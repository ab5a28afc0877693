import type { ImageStream, TagReference } from '@tagstream/api-types';
import { normalizeTag } from '@tagstream/api-types';
import { specHash } from '@tagstream/image-stream';
import { expect, test } from 'vitest';
import { importResult } from '../src/tag/import-result.ts';
import { parseTagName, requireTagName, tagTitle, withoutSpecTag, withSpecTag } from '../src/tag/spec-tags.ts';
import { fromOf, parseTagSource, type SourceHint, snapshotOf } from '../src/tag/tag-source.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each<[string, SourceHint | undefined, string]>([
  ['quay.io/shop/web:1', undefined, 'DockerImage'],
  [`quay.io/shop/web@${digest}`, undefined, 'DockerImage'],
  [`web@${digest}`, undefined, 'ImageStreamImage'],
  ['web:1', undefined, 'ImageStreamTag'],
  ['shop/web:1', undefined, 'ImageStreamTag'],
  ['web', undefined, 'DockerImage'],
  ['shop/web:1', 'docker', 'DockerImage'],
  ['web:1', 'istag', 'ImageStreamTag'],
  [`web@${digest}`, 'isimage', 'ImageStreamImage'],
])('%s with the hint %s is a %s', (text, hint, kind) => {
  expect(parseTagSource(text, hint).kind).toBe(kind);
});

test.each<[string, SourceHint, string]>([
  ['quay.io/shop/web:1', 'istag', 'server in SOURCE is only allowed when providing a container image'],
  ['web', 'istag', '--source=ImageStreamTag requires a valid <name>:<tag> in SOURCE'],
  ['web:1', 'isimage', '--source=ImageStreamImage requires a valid <name>@<id> in SOURCE'],
])('%s with the hint %s is refused', (text, hint, message) => {
  expect(() => parseTagSource(text, hint)).toThrow(message);
});

const streamWith = (image: string, dockerImageReference: string): ImageStream => ({
  metadata: { name: 'web' },
  status: { tags: [{ tag: 'latest', items: [{ created: '', generation: 1, image, dockerImageReference }] }] },
});

test('a tag is resolved to the image that it points to', () => {
  const source = snapshotOf(
    parseTagSource('shop/web:latest', undefined),
    streamWith(digest, `quay.io/shop/web@${digest}`),
  );

  expect(fromOf(source, 'home', 'home')).toEqual({
    kind: 'ImageStreamImage',
    namespace: 'shop',
    name: `web@${digest}`,
  });
});

test('an image without digest is taken as it is written', () => {
  const source = snapshotOf(parseTagSource('web:latest', undefined), streamWith('', 'quay.io/shop/web:1'));

  expect(fromOf(source, 'home', 'home')).toEqual({ kind: 'DockerImage', name: 'quay.io/shop/web:1' });
});

test('a tag that points to nothing cannot be a source', () => {
  expect(() => snapshotOf(parseTagSource('web:none', undefined), streamWith(digest, 'x'))).toThrow(
    '"web:none" is not currently pointing to an image, cannot use it as the source of a tag',
  );
});

test('the namespace of the command is named only where the tag is in another one', () => {
  const source = parseTagSource('web:1', undefined);

  expect(fromOf(source, 'home', 'home')).toEqual({ kind: 'ImageStreamTag', name: 'web:1' });
  expect(fromOf(source, 'home', 'other')).toEqual({ kind: 'ImageStreamTag', name: 'web:1', namespace: 'home' });
});

test('names of tags', () => {
  expect(parseTagName('web:1', 'home')).toEqual({ namespace: 'home', stream: 'web', tag: '1' });
  expect(parseTagName('shop/web:1', 'home')).toEqual({ namespace: 'shop', stream: 'web', tag: '1' });
  expect(tagTitle({ namespace: 'home', stream: 'web', tag: '1' }, 'home')).toBe('web:1');
  expect(tagTitle({ namespace: 'shop', stream: 'web', tag: '1' }, 'home')).toBe('shop/web:1');
});

test.each(['web', 'web:', ':1', 'web:1:2', 'a/b/web:1', '/web:1', 'shop/:1'])('"%s" names no tag', (text) => {
  expect(() => parseTagName(text, 'home')).toThrow();
});

test('#147 a name that a tag cannot have is refused, though it can be deleted', () => {
  expect(() => requireTagName('invalid-tagname-test#123')).toThrow('must be 1 to 128 letters');
  expect(parseTagName('web:invalid-tagname-test#123', 'home').tag).toBe('invalid-tagname-test#123');
});

const quay = (name: string, more: object = {}): TagReference => ({
  name,
  from: { kind: 'DockerImage', name: 'quay.io/a' },
  ...more,
});
const streamOf = (...tags: TagReference[]): ImageStream => ({ metadata: { name: 'web' }, spec: { tags } });

test('a tag is added behind the others, or replaced where it stands', () => {
  expect(withSpecTag(streamOf(quay('a')), quay('b'))).toEqual([quay('a'), quay('b')]);
  expect(withSpecTag(streamOf(quay('a'), quay('b')), quay('a', { reference: true }))).toEqual([
    quay('a', { reference: true }),
    quay('b'),
  ]);
  expect(withSpecTag({ metadata: { name: 'web' } }, quay('a'))).toEqual([quay('a')]);
});

test('annotations of a tag stay when it is set to something else', () => {
  const before = quay('a', { annotations: { description: 'x' }, importPolicy: { scheduled: true } });

  expect(withSpecTag(streamOf(before), quay('a'))).toEqual([quay('a', { annotations: { description: 'x' } })]);
});

test('a tag that is set to the same is not written, whatever defaults are spelled out', () => {
  const spelled = quay('a', {
    generation: 3,
    importPolicy: { importMode: 'Legacy' },
    referencePolicy: { type: 'Source' },
    reference: false,
  });

  expect(withSpecTag(streamOf(spelled), quay('a'))).toBeUndefined();
});

test('a tag is taken out of the spec, if it is there', () => {
  expect(withoutSpecTag(streamOf(quay('a'), quay('b')), 'a')).toEqual([quay('b')]);
  expect(withoutSpecTag(streamOf(quay('a')), 'b')).toBeUndefined();
});

const spec = { tags: [quay('latest')] };
const observedSpec = { hash: specHash(normalizeTag(quay('latest'), '')), generation: 1 };
const imported = (image: string, more: object = {}): ImageStream => ({
  metadata: { name: 'web', generation: 1 },
  spec,
  status: {
    tags: [
      {
        tag: 'latest',
        items: [{ created: image, generation: 1, image, dockerImageReference: image }],
        observedSpec,
        ...more,
      },
    ],
  },
});
const failure = {
  conditions: [{ type: 'ImportSuccess' as const, status: 'False' as const, generation: 1, message: 'no such tag' }],
};

test.each<[string, ImageStream, ImageStream, object]>([
  ['nothing yet', imported('a'), { metadata: { name: 'web', generation: 1 }, spec }, { kind: 'pending' }],
  [
    'an answer to an earlier spec',
    imported('a'),
    {
      ...imported('a'),
      metadata: { name: 'web', generation: 2 },
      spec: { tags: [quay('latest', { reference: true })] },
    },
    { kind: 'pending' },
  ],
  ['the same as before', imported('a'), imported('a'), { kind: 'unchanged', reference: 'a', image: 'a' }],
  ['another image', imported('a'), imported('b'), { kind: 'imported', reference: 'b', image: 'b' }],
  ['a failure', imported('a'), imported('a', failure), { kind: 'failed', message: 'no such tag' }],
  ['the end of a failure', imported('a', failure), imported('a'), { kind: 'imported', reference: 'a', image: 'a' }],
])('the result of an import: %s', (_, before, now, expected) => {
  expect(importResult(before, now, 'latest')).toEqual(expected);
});
